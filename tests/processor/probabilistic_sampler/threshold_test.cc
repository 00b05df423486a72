#include "src/processor/probabilistic_sampler/threshold.h"

#include <string>

#include <absl/strings/escaping.h>
#include <gtest/gtest.h>

namespace spanhold::probabilistic_sampler {
namespace {

const std::string kTraceA = absl::HexStringToBytes("4bf92f3577b34da6a3ce929d0e0e4736");
const std::string kTraceC = absl::HexStringToBytes("5b8efff798038103d269b633813fc60c");

TEST(ThresholdTest, RoundsAProbabilityToThePrecision) {
  struct Case {
    double probability;
    int precision;
    std::string text;
  };
  const Case cases[] = {
      {1, 4, "0"},
      {0.75, 4, "4"},
      {0.5, 4, "8"},
      {0.25, 4, "c"},
      {1.0 / 3, 4, "aaab"},
      {1.0 / 3, 14, "aaaaaaaaaaaaac"},
      {0.1, 4, "e666"},
      {0.1, 14, "e6666666666666"},
      {0.01, 4, "fd70a"},
      {0.01, 14, "fd70a3d70a3d71"},
      {0.001, 4, "ffbe77"},
      {0.1, 1, "e"},
      {1 - 1.0 / 256, 1, "01"},  // leading zeros add digits, too
      {kSmallestProbability, 4, "ffffffffffffff"},
  };

  for (const Case& c : cases) {
    EXPECT_EQ(ThresholdText(ThresholdOf(c.probability, c.precision)), c.text)
        << c.probability << " " << c.precision;
  }
}

TEST(ThresholdTest, TellsItsProbability) {
  EXPECT_EQ(ProbabilityOf(kAlways), 1);
  EXPECT_EQ(ProbabilityOf(kNever), 0);
  EXPECT_EQ(ProbabilityOf(*ParseThreshold("8")), 0.5);
  EXPECT_EQ(ProbabilityOf(*ParseThreshold("ffffffffffffff")), kSmallestProbability);
}

TEST(ThresholdTest, IsWrittenWithoutZerosAtItsEnd) {
  EXPECT_EQ(ThresholdText(kAlways), "0");
  EXPECT_EQ(ThresholdText(kNever), "");
  EXPECT_EQ(ThresholdText(1), "00000000000001");
  EXPECT_EQ(ThresholdText(kNever / 2), "8");
}

TEST(ThresholdTest, IsReadFromOneToFourteenHexDigits) {
  EXPECT_EQ(ParseThreshold("0"), kAlways);
  EXPECT_EQ(ParseThreshold("8"), kNever / 2);
  EXPECT_EQ(ParseThreshold("00000000000001"), Threshold{1});
  EXPECT_EQ(ParseThreshold("C"), ParseThreshold("c"));
  for (const char* wrong : {"", "g", "8g", "-8", "+8", "0x8", " 8", "123456789abcdef"}) {
    EXPECT_EQ(ParseThreshold(wrong), std::nullopt) << wrong;
  }
}

TEST(RandomnessTest, IsReadFromExactlyFourteenHexDigits) {
  EXPECT_EQ(ParseRandomness("ce929d0e0e4736"), Randomness{0xce929d0e0e4736});
  EXPECT_EQ(ParseRandomness("CE929D0E0E4736"), Randomness{0xce929d0e0e4736});
  for (const char* wrong : {"", "8", "ce929d0e0e473", "ce929d0e0e47361", "ce929d0e0e473g"}) {
    EXPECT_EQ(ParseRandomness(wrong), std::nullopt) << wrong;
  }
}

TEST(RandomnessTest, IsWrittenWithFourteenDigits) {
  EXPECT_EQ(RandomnessText(0x12), "00000000000012");
  EXPECT_EQ(RandomnessText(kKeptByAll), "ffffffffffffff");
}

TEST(RandomnessTest, IsTheLowFiftySixBitsOfATraceId) {
  EXPECT_EQ(RandomnessOf(kTraceA), Randomness{0xce929d0e0e4736});
  EXPECT_EQ(RandomnessOf(kTraceC), Randomness{0x69b633813fc60c});
}

// Computed from the Collector's formula; A with seed 0 is also in the vectors of decision_test.cc.
TEST(HashRandomnessTest, PutsTheComplementOfTheBucketFirst) {
  EXPECT_EQ(RandomnessText(HashRandomness(kTraceA, 0)), "fdc80d0b42008d");
  EXPECT_EQ(RandomnessText(HashRandomness(kTraceC, 0)), "a480091545d6df");
  EXPECT_EQ(HashRandomness(kTraceA, 22) & 0x3fff, 12395U);
  EXPECT_EQ(HashRandomness(kTraceC, 22) & 0x3fff, 3273U);
  EXPECT_EQ(HashRandomness(kTraceA, 22) >> 42U, 0x3fffU - 12395);
}

TEST(HashThresholdTest, CountsWholeBucketsOfFloat32Percentages) {
  EXPECT_EQ(ThresholdText(HashThreshold(0.1F)), "ffc");
  EXPECT_EQ(ThresholdText(HashThreshold(1)), "fd74");
  EXPECT_EQ(ThresholdText(HashThreshold(10)), "e668");
  EXPECT_EQ(ThresholdText(HashThreshold(50)), "8");
  EXPECT_EQ(ThresholdText(HashThreshold(100)), "0");
  EXPECT_EQ(ThresholdText(HashThreshold(1000)), "0");
  EXPECT_EQ(HashThreshold(0.006F), kNever);
  EXPECT_EQ(HashThreshold(0), kNever);
}

}  // namespace
}  // namespace spanhold::probabilistic_sampler
