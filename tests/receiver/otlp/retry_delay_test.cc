#include "src/receiver/otlp/retry_delay.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_is.h"

namespace spanhold::otlp_receiver {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::Lt;
using ::testing::Optional;

std::set<Duration> SomeDelays(uint64_t seed) {
  Random random(seed);
  const RetryDelay delay(random);
  std::set<Duration> delays;
  for (int i = 0; i < 100; ++i) {
    delays.insert(*RetryAfter(delay.AddTo(absl::UnavailableError("full"))));
  }
  return delays;
}

TEST(RetryDelayTest, IsBetweenOneAndTwoSeconds) {
  EXPECT_THAT(SomeDelays(1), Each(AllOf(Ge(std::chrono::seconds(1)), Lt(std::chrono::seconds(2)))));
}

TEST(RetryDelayTest, DiffersFromClientToClient) {
  EXPECT_GT(SomeDelays(1).size(), 50U);
}

TEST(RetryDelayTest, FollowsFromTheSeed) {
  EXPECT_EQ(SomeDelays(7), SomeDelays(7));
  EXPECT_NE(SomeDelays(7), SomeDelays(8));
}

TEST(RetryDelayTest, KeepsTheStatus) {
  Random random(1);

  EXPECT_THAT(RetryDelay(random).AddTo(absl::UnavailableError("full")),
              StatusIs(absl::StatusCode::kUnavailable, "full"));
}

TEST(RetryDelayTest, KeepsADelayThatIsThere) {
  Random random(1);
  const Status status =
      WithRetryAfter(absl::UnavailableError("full"), std::chrono::milliseconds(200));

  EXPECT_THAT(RetryAfter(RetryDelay(random).AddTo(status)),
              Optional(Duration(std::chrono::milliseconds(200))));
}

TEST(RetryDelayTest, GivesFinalAnswersNone) {
  Random random(1);
  const RetryDelay delay(random);

  EXPECT_EQ(RetryAfter(delay.AddTo(absl::InvalidArgumentError("bad"))), std::nullopt);
  // With a delay it would be tried again.
  EXPECT_EQ(RetryAfter(delay.AddTo(absl::ResourceExhaustedError("too large"))), std::nullopt);
  EXPECT_EQ(RetryAfter(delay.AddTo(absl::OkStatus())), std::nullopt);
}

}  // namespace
}  // namespace spanhold::otlp_receiver
