#include "src/core/freed_memory.h"

#include <gtest/gtest.h>

#include "tests/support/manual_timers.h"

namespace spanhold {
namespace {

TEST(FreedMemoryTest, GivesBackWhenAStepHasBeenFreed) {
  int times = 0;
  FreedMemory freed([&times] { ++times; });

  freed.Add(FreedMemory::kStep - 1);
  EXPECT_EQ(times, 0);
  freed.Add(1);
  EXPECT_EQ(times, 1);
  freed.Add(1);
  EXPECT_EQ(times, 1);
  freed.Add(3 * FreedMemory::kStep);
  EXPECT_EQ(times, 2);
}

TEST(AfterBurstTest, GivesBackOnceSomeSecondsAfterABurst) {
  int times = 0;
  ManualClock clock;
  ManualTimers timers(clock);
  AfterBurst after_burst(timers, clock, [&times] { ++times; });

  after_burst.Drained();
  after_burst.Drained();
  timers.Advance(AfterBurst::kRest - std::chrono::milliseconds(1));
  EXPECT_EQ(times, 0);
  timers.Advance(std::chrono::milliseconds(1));

  EXPECT_EQ(times, 1);
  EXPECT_EQ(timers.NextDue(), std::nullopt);
}

TEST(AfterBurstTest, GivesBackAgainAfterTheNextBurst) {
  int times = 0;
  ManualClock clock;
  ManualTimers timers(clock);
  AfterBurst after_burst(timers, clock, [&times] { ++times; });

  for (int i = 0; i < 2; ++i) {
    after_burst.Drained();
    timers.Advance(AfterBurst::kRest);
  }

  EXPECT_EQ(times, 2);
}

}  // namespace
}  // namespace spanhold
