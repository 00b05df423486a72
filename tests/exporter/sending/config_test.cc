#include "src/exporter/sending/config.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/read_config.h"

namespace spanhold::sending {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SendingConfigTest, ReadsEveryKey) {
  SendingConfig config;

  EXPECT_THAT(ReadConfig("timeout: 7s\n"
                         "sending_queue: {enabled: false, num_consumers: 3, queue_size: 4, sizer: "
                         "bytes, block_on_overflow: false}\n"
                         "retry_on_failure: {enabled: false, initial_interval: 1s, "
                         "randomization_factor: 0.25, multiplier: 2, max_interval: 1m, "
                         "max_elapsed_time: 5m}\n",
                         config),
              IsEmpty());

  EXPECT_EQ(config.timeout, seconds(7));
  EXPECT_FALSE(config.sending_queue.enabled);
  EXPECT_EQ(config.sending_queue.num_consumers, 3);
  EXPECT_EQ(config.sending_queue.queue_size, 4);
  EXPECT_EQ(config.sending_queue.sizer, QueueConfig::Sizer::kBytes);
  EXPECT_FALSE(config.sending_queue.block_on_overflow);
  EXPECT_FALSE(config.retry_on_failure.enabled);
  EXPECT_EQ(config.retry_on_failure.initial_interval, seconds(1));
  EXPECT_EQ(config.retry_on_failure.randomization_factor, 0.25);
  EXPECT_EQ(config.retry_on_failure.multiplier, 2);
  EXPECT_EQ(config.retry_on_failure.max_interval, minutes(1));
  EXPECT_EQ(config.retry_on_failure.max_elapsed_time, minutes(5));
}

TEST(SendingConfigTest, HoldsBackClientsAndTriesWithoutEndByDefault) {
  const SendingConfig config;

  EXPECT_TRUE(config.sending_queue.block_on_overflow);
  EXPECT_EQ(config.retry_on_failure.max_elapsed_time, Duration::zero());
}

TEST(SendingConfigTest, ChecksTheQueueAsTheCollectorDoes) {
  EXPECT_THAT(ConfigErrors<SendingConfig>("sending_queue: {num_consumers: 0}"),
              ElementsAre("config.yaml:1: it.sending_queue.num_consumers: `num_consumers` must be "
                          "positive"));
  EXPECT_THAT(ConfigErrors<SendingConfig>("sending_queue: {queue_size: -1}"),
              ElementsAre(HasSubstr("`queue_size` must be positive")));
  EXPECT_THAT(ConfigErrors<SendingConfig>("sending_queue: {enabled: false, queue_size: 0}"),
              IsEmpty());
}

TEST(SendingConfigTest, ChecksRetriesAsTheCollectorDoes) {
  EXPECT_THAT(ConfigErrors<SendingConfig>("retry_on_failure: {max_elapsed_time: 1s}"),
              ElementsAre(HasSubstr("'max_elapsed_time' must not be less than 'initial_interval'"),
                          HasSubstr("'max_elapsed_time' must not be less than 'max_interval'")));
  EXPECT_THAT(ConfigErrors<SendingConfig>("retry_on_failure: {randomization_factor: 1.1}"),
              ElementsAre(HasSubstr("'randomization_factor' must be within [0, 1]")));
  EXPECT_THAT(ConfigErrors<SendingConfig>("retry_on_failure: {multiplier: -1}"),
              ElementsAre(HasSubstr("'multiplier' must be non-negative")));
  EXPECT_THAT(
      ConfigErrors<SendingConfig>("retry_on_failure: {enabled: false, max_elapsed_time: 1s}"),
      IsEmpty());
}

TEST(SendingConfigTest, SaysWhatToUseInsteadOfWhatItDoesNotDo) {
  EXPECT_THAT(ConfigErrors<SendingConfig>("sending_queue: {wait_for_result: true}"),
              ElementsAre(HasSubstr("block_on_overflow: true")));
  EXPECT_THAT(ConfigErrors<SendingConfig>("sending_queue: {batch: {}}"),
              ElementsAre(HasSubstr("use the batch processor")));
}

}  // namespace
}  // namespace spanhold::sending
