#include "src/processor/probabilistic_sampler/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/read_config.h"

namespace spanhold::probabilistic_sampler {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SamplerConfigTest, ReadsEveryKey) {
  Config config;

  EXPECT_THAT(ReadConfig("{mode: equalizing, sampling_percentage: 12.5, hash_seed: 4294967295, "
                         "fail_closed: false, sampling_precision: 7}",
                         config),
              IsEmpty());

  EXPECT_EQ(config.mode, Mode::kEqualizing);
  EXPECT_EQ(config.sampling_percentage, 12.5);
  EXPECT_EQ(config.hash_seed, 4294967295);
  EXPECT_FALSE(config.fail_closed);
  EXPECT_EQ(config.sampling_precision, 7);
}

TEST(SamplerConfigTest, HashesAndFailsClosedByDefault) {
  Config config;

  EXPECT_THAT(ReadConfig("{sampling_percentage: 10}", config), IsEmpty());

  EXPECT_EQ(config.mode, Mode::kHashSeed);
  EXPECT_TRUE(config.fail_closed);
  EXPECT_EQ(config.sampling_precision, 4);
}

TEST(SamplerConfigTest, WantsAPercentage) {
  EXPECT_THAT(ConfigErrors<Config>(""), ElementsAre(HasSubstr("sampling_percentage is required")));
  EXPECT_THAT(ConfigErrors<Config>("{sampling_percentage: -5}"),
              ElementsAre("config.yaml:1: it.sampling_percentage: sampling rate is negative: "
                          "-5.000000%"));
  EXPECT_THAT(ConfigErrors<Config>("{sampling_percentage: 1e-16}"),
              ElementsAre(HasSubstr("sampling rate is too small")));
  EXPECT_THAT(ConfigErrors<Config>("{sampling_percentage: 0}"), IsEmpty());
  EXPECT_THAT(ConfigErrors<Config>("{sampling_percentage: 150}"), IsEmpty());
}

TEST(SamplerConfigTest, WantsOneToFourteenDigits) {
  EXPECT_THAT(ConfigErrors<Config>("{sampling_percentage: 1, sampling_precision: 0}"),
              ElementsAre(HasSubstr("invalid sampling precision: 0")));
  EXPECT_THAT(ConfigErrors<Config>("{sampling_percentage: 1, sampling_precision: 15}"),
              ElementsAre(HasSubstr("sampling precision is too great, should be <= 14: 15")));
}

TEST(SamplerConfigTest, RefusesTheKeysForLogs) {
  for (const char* key : {"attribute_source", "from_attribute", "sampling_priority"}) {
    EXPECT_THAT(ConfigErrors<Config>("{sampling_percentage: 1, " + std::string(key) + ": traceID}"),
                ElementsAre(HasSubstr("it is for logs")))
        << key;
  }
}

}  // namespace
}  // namespace spanhold::probabilistic_sampler
