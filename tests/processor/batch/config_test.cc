#include "src/processor/batch/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/read_config.h"

namespace spanhold::batch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(BatchConfigTest, ReadsEveryKey) {
  Config config;

  EXPECT_THAT(ReadConfig("{send_batch_size: 100, timeout: 1s, send_batch_max_size: 200}", config),
              IsEmpty());

  EXPECT_EQ(config.send_batch_size, 100);
  EXPECT_EQ(config.timeout, std::chrono::seconds(1));
  EXPECT_EQ(config.send_batch_max_size, 200);
}

TEST(BatchConfigTest, DefaultsToTheSizeAndTimeOfAnSdk) {
  Config config;

  EXPECT_THAT(ReadConfig("", config), IsEmpty());

  EXPECT_EQ(config.send_batch_size, 512);
  EXPECT_EQ(config.timeout, std::chrono::seconds(5));
  EXPECT_EQ(config.send_batch_max_size, 0);
}

TEST(BatchConfigTest, RefusesAMaximumBelowTheSize) {
  EXPECT_THAT(ConfigErrors<Config>("{send_batch_size: 100, send_batch_max_size: 99}"),
              ElementsAre("config.yaml:1: it.send_batch_max_size: send_batch_max_size must be "
                          "greater or equal to send_batch_size"));
}

TEST(BatchConfigTest, RefusesBatchesByMetadata) {
  EXPECT_THAT(ConfigErrors<Config>("{metadata_keys: [tenant]}"),
              ElementsAre(HasSubstr("metadata of requests is not kept")));
  EXPECT_THAT(ConfigErrors<Config>("{metadata_cardinality_limit: 5}"),
              ElementsAre(HasSubstr("it belongs to metadata_keys")));
}

}  // namespace
}  // namespace spanhold::batch
