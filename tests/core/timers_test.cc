#include "src/core/timers.h"

#include <vector>

#include <gtest/gtest.h>

namespace spanhold {
namespace {

TimePoint At(int seconds) {
  return TimePoint(std::chrono::seconds(seconds));
}

TEST(TimerQueueTest, RunsDueTimersEarliestFirst) {
  TimerQueue timers;
  std::vector<int> ran;
  timers.Schedule(At(2), [&] { ran.push_back(2); });
  timers.Schedule(At(1), [&] { ran.push_back(1); });
  timers.Schedule(At(3), [&] { ran.push_back(3); });

  timers.RunDue(At(2));

  EXPECT_EQ(ran, (std::vector<int>{1, 2}));
  EXPECT_EQ(timers.NextDue(), At(3));
}

TEST(TimerQueueTest, DoesNotRunACancelledTimer) {
  TimerQueue timers;
  bool ran = false;
  const TimerId id = timers.Schedule(At(1), [&] { ran = true; });

  timers.Cancel(id);
  timers.Cancel(id);
  timers.RunDue(At(2));

  EXPECT_FALSE(ran);
  EXPECT_FALSE(timers.NextDue().has_value());
}

TEST(TimerQueueTest, ACallbackMayCancelAndScheduleOthers) {
  TimerQueue timers;
  bool cancelled_ran = false;
  bool added_ran = false;
  TimerId other = 0;
  timers.Schedule(At(1), [&] {
    timers.Cancel(other);
    timers.Schedule(At(1), [&] { added_ran = true; });
  });
  other = timers.Schedule(At(2), [&] { cancelled_ran = true; });

  timers.RunDue(At(2));

  EXPECT_FALSE(cancelled_ran);
  EXPECT_TRUE(added_ran);
}

}  // namespace
}  // namespace spanhold
