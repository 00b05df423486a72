#include "src/core/wakeup.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace spanhold {
namespace {

constexpr Duration kLong = std::chrono::hours(1);

TEST(WakeupTest, NewsSincePrepareEndsTheWaitAtOnce) {
  Wakeup wakeup;

  const Wakeup::Seen seen = wakeup.Prepare();
  wakeup.NotifyLazily();
  wakeup.WaitUntil(seen, std::nullopt);

  wakeup.WaitUntil(wakeup.Prepare(), SystemClock().Now());  // there is none since
}

TEST(WakeupTest, UrgentNewsSincePrepareEndsANapAtOnce) {
  Wakeup wakeup;

  const Wakeup::Seen seen = wakeup.Prepare();
  wakeup.Notify();
  wakeup.NapUntil(seen, SystemClock().Now() + kLong);
}

TEST(WakeupTest, UrgentNewsIsNewsForAWaitToo) {
  Wakeup wakeup;

  const Wakeup::Seen seen = wakeup.Prepare();
  wakeup.Notify();
  wakeup.WaitUntil(seen, std::nullopt);
}

TEST(WakeupTest, ANapEndsAtItsTime) {
  Wakeup wakeup;

  const Wakeup::Seen seen = wakeup.Prepare();
  wakeup.NotifyLazily();
  wakeup.NapUntil(seen, SystemClock().Now());
}

TEST(WakeupTest, WakesForNewsOfManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kEach = 2000;
  Wakeup wakeup;
  std::atomic<int> told = 0;
  std::vector<std::thread> tellers;
  for (int i = 0; i < kThreads; ++i) {
    tellers.emplace_back([&, lazily = i % 2 == 0] {
      for (int j = 0; j < kEach; ++j) {
        ++told;
        lazily ? wakeup.NotifyLazily() : wakeup.Notify();
      }
    });
  }

  for (;;) {
    const Wakeup::Seen seen = wakeup.Prepare();
    if (told == kThreads * kEach) {
      break;
    }
    wakeup.WaitUntil(seen, std::nullopt);
  }

  for (std::thread& teller : tellers) {
    teller.join();
  }
}

}  // namespace
}  // namespace spanhold
