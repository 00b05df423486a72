#include "src/exporter/debug/sampler.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace spanhold::debug {
namespace {

// Which of the next `count` batches are shown: "x" or ".".
std::string Taken(Sampler& sampler, int count) {
  std::string taken;
  for (int i = 0; i < count; ++i) {
    taken += sampler.Take() ? 'x' : '.';
  }
  return taken;
}

TEST(SamplerTest, ShowsAllByDefault) {
  const ManualClock clock;
  Sampler sampler(2, 1, clock);

  EXPECT_EQ(Taken(sampler, 10), "xxxxxxxxxx");
}

TEST(SamplerTest, ShowsTheFirstOfASecondAndThenEveryNth) {
  const ManualClock clock;
  Sampler sampler(2, 3, clock);

  EXPECT_EQ(Taken(sampler, 10), "xx..x..x..");
}

TEST(SamplerTest, ShowsOnlyTheFirstWithoutThereafter) {
  const ManualClock clock;
  Sampler sampler(2, 0, clock);

  EXPECT_EQ(Taken(sampler, 6), "xx....");
}

TEST(SamplerTest, StartsAnewEachSecond) {
  ManualClock clock;
  Sampler sampler(1, 0, clock);
  ASSERT_EQ(Taken(sampler, 2), "x.");

  clock.Advance(std::chrono::milliseconds(999));
  EXPECT_EQ(Taken(sampler, 2), "..");
  clock.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(Taken(sampler, 2), "x.");
}

TEST(SamplerTest, CanShowNothing) {
  const ManualClock clock;
  Sampler sampler(0, 0, clock);

  EXPECT_EQ(Taken(sampler, 3), "...");
}

}  // namespace
}  // namespace spanhold::debug
