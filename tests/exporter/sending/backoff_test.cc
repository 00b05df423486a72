#include "src/exporter/sending/backoff.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace spanhold::sending {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kNone = Duration::zero();

TEST(BackoffTest, GrowsByTheMultiplierUpToTheLongestInterval) {
  RetryConfig config;
  config.randomization_factor = 0;
  Backoff backoff(config);
  Random random(1);

  std::vector<Duration> waits(7);
  for (Duration& wait : waits) {
    wait = backoff.Next(kNone, random);
  }

  EXPECT_EQ(waits, (std::vector<Duration>{milliseconds(5000), milliseconds(7500),
                                          milliseconds(11250), milliseconds(16875),
                                          Duration(25312500000), seconds(30), seconds(30)}));
}

TEST(BackoffTest, SpreadsEachWaitByTheRandomizationFactor) {
  RetryConfig config;
  config.initial_interval = seconds(10);
  config.multiplier = 1;
  Random random(1);
  Backoff backoff(config);
  Duration shortest = Duration::max();
  Duration longest = Duration::min();

  for (int i = 0; i < 10000; ++i) {
    const Duration wait = backoff.Next(kNone, random);
    shortest = std::min(shortest, wait);
    longest = std::max(longest, wait);
  }

  EXPECT_GE(shortest, seconds(5));
  EXPECT_LT(shortest, milliseconds(5100));
  EXPECT_LE(longest, seconds(15));
  EXPECT_GT(longest, milliseconds(14900));
}

TEST(BackoffTest, IsNeverShorterThanTheBackendAsks) {
  const RetryConfig config;
  Backoff backoff(config);
  Random random(1);

  EXPECT_EQ(backoff.Next(seconds(100), random), seconds(100));
}

TEST(BackoffTest, StaysBetweenTenMillisecondsAndADay) {
  RetryConfig none;
  none.initial_interval = kNone;
  RetryConfig endless;
  endless.initial_interval = Duration::max();
  endless.max_interval = Duration::max();
  endless.multiplier = std::numeric_limits<double>::max();
  endless.randomization_factor = 0;
  Random random(1);

  EXPECT_EQ(Backoff(none).Next(kNone, random), milliseconds(10));
  EXPECT_EQ(Backoff(none).Next(Duration::max(), random), hours(24));
  Backoff backoff(endless);
  EXPECT_EQ(backoff.Next(kNone, random), hours(24));
  EXPECT_EQ(backoff.Next(kNone, random), hours(24));
}

}  // namespace
}  // namespace spanhold::sending
