#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "src/core/mutex.h"
#include "src/core/timers.h"
#include "tests/support/manual_clock.h"

namespace spanhold {

// Timers that run on the thread that advances the clock. Schedule() and Cancel() are thread-safe.
class ManualTimers final : public Timers {
 public:
  explicit ManualTimers(ManualClock& clock) : clock_(clock) {}

  TimerId Schedule(TimePoint at, std::function<void()> callback) override {
    const MutexLock lock(mutex_);
    return queue_.Schedule(at, std::move(callback));
  }
  void Cancel(TimerId id) override {
    const MutexLock lock(mutex_);
    queue_.Cancel(id);
  }

  // Moves time on and runs what becomes due, as well as what that schedules for the same time.
  void Advance(Duration by) {
    clock_.Advance(by);
    for (;;) {
      std::vector<std::function<void()>> due;
      {
        const MutexLock lock(mutex_);
        while (queue_.NextDue() && *queue_.NextDue() <= clock_.Now()) {
          due.push_back(queue_.TakeNext());
        }
      }
      if (due.empty()) {
        return;
      }
      for (const auto& callback : due) {
        callback();
      }
    }
  }

  std::optional<TimePoint> NextDue() const {
    const MutexLock lock(mutex_);
    return queue_.NextDue();
  }

 private:
  ManualClock& clock_;
  mutable Mutex mutex_;
  TimerQueue queue_ SPANHOLD_GUARDED_BY(mutex_);
};

}  // namespace spanhold
