#include "src/processor/probabilistic_sampler/trace_state.h"

#include <string>

#include <gtest/gtest.h>

namespace spanhold::probabilistic_sampler {
namespace {

std::string Repeat(size_t count, char c) {
  return std::string(count, c);
}

TEST(TraceStateTest, ReadsRandomnessAndThresholdOfTheOtMember) {
  TraceState state;

  ASSERT_TRUE(state.Parse("a=b, ot=x:y;th:8;rv:00000000000012 ,c=d"));

  EXPECT_EQ(state.threshold(), kNever / 2);
  EXPECT_EQ(state.randomness(), Randomness{0x12});
}

TEST(TraceStateTest, WritesOtFirstAndItsSamplingFactsBeforeTheRest) {
  TraceState state;

  ASSERT_TRUE(state.Parse("a=b, ,\tot=x:y;th:8;rv:00000000000012 ,,c=d e"));

  EXPECT_EQ(state.ToString(), "ot=rv:00000000000012;th:8;x:y,a=b,c=d e");
}

TEST(TraceStateTest, WritesNothingWhenThereIsNothing) {
  TraceState state;

  EXPECT_TRUE(state.Parse(""));

  EXPECT_EQ(state.ToString(), "");
}

TEST(TraceStateTest, WritesWhatWasSet) {
  TraceState state;
  ASSERT_TRUE(state.Parse("a=b"));

  state.SetRandomness(0x12);
  state.RaiseThreshold(*ParseThreshold("c"));
  EXPECT_EQ(state.ToString(), "ot=rv:00000000000012;th:c,a=b");
  state.ClearThreshold();

  EXPECT_EQ(state.ToString(), "ot=rv:00000000000012,a=b");
}

TEST(TraceStateTest, NeverLowersAThreshold) {
  TraceState state;
  ASSERT_TRUE(state.Parse("ot=th:C"));

  state.RaiseThreshold(*ParseThreshold("8"));
  EXPECT_EQ(state.ToString(), "ot=th:C");  // untouched
  state.RaiseThreshold(*ParseThreshold("c"));
  EXPECT_EQ(state.ToString(), "ot=th:c");
  state.RaiseThreshold(*ParseThreshold("e"));

  EXPECT_EQ(state.ToString(), "ot=th:e");
}

TEST(TraceStateTest, TakesTheLastOfSeveralOtMembers) {
  TraceState state;

  ASSERT_TRUE(state.Parse("ot=th:8;a:b,ot=rv:00000000000012"));

  EXPECT_EQ(state.ToString(), "ot=rv:00000000000012");
}

TEST(TraceStateTest, AcceptsWhatW3cAllows) {
  for (const std::string& text : {
           std::string("a=b"),
           std::string("a=b,"),
           std::string(" , ,a=b"),
           std::string("a_-*/0=!~"),
           std::string("0a@b=c"),
           "a=" + Repeat(256, 'v'),
           Repeat(256, 'k') + "=v",
           Repeat(241, 't') + "@" + Repeat(14, 's') + "=v",
           "ot=a:" + Repeat(254, 'x'),
           std::string("ot=a:"),
           std::string("ot=p:8;r:62"),
       }) {
    TraceState state;
    EXPECT_TRUE(state.Parse(text)) << text;
  }
}

TEST(TraceStateTest, RefusesWhatIsMalformedOrTooLong) {
  std::string many = "k=v";
  for (int i = 1; i < 32; ++i) {
    many += ",k=v";
  }
  for (const std::string& text : {
           std::string("a"),
           std::string("=b"),
           std::string("a="),
           std::string("A=b"),
           std::string("0=b"),
           std::string("a=b=c"),
           std::string("a=b\x7f"),
           std::string("a@=b"),
           std::string("@a=b"),
           std::string("a@0=b"),
           "a=" + Repeat(257, 'v'),
           Repeat(257, 'k') + "=v",
           Repeat(242, 't') + "@s=v",
           "t@" + Repeat(15, 's') + "=v",
           "a=" + Repeat(255, 'v') + Repeat(800, ' ') + ",",
           many,
           std::string("ot=th:8;"),
           std::string("ot=;th:8"),
           std::string("ot=th"),
           std::string("ot=:8"),
           std::string("ot=Th:8"),
           std::string("ot=th:"),
           std::string("ot=th:123456789abcdef"),
           std::string("ot=rv:12"),
           std::string("ot=a:b c"),
           "ot=a:" + Repeat(255, 'x'),
       }) {
    TraceState state;
    EXPECT_FALSE(state.Parse(text)) << text;
  }
}

}  // namespace
}  // namespace spanhold::probabilistic_sampler
