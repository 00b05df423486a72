#pragma once

#include "src/core/clock.h"
#include "src/core/mutex.h"

namespace spanhold {

// A clock that stands still until Advance(), and is ahead of any machine's: who sleeps until a time
// that it gave sleeps until it is woken. Thread-safe.
class ManualClock final : public Clock {
 public:
  TimePoint Now() const override {
    const MutexLock lock(mutex_);
    return TimePoint(std::chrono::hours(1'000'000)) + elapsed_;
  }
  // Starts at 2024-01-01T00:00:00Z.
  WallTime WallNow() const override {
    const MutexLock lock(mutex_);
    return WallTime(std::chrono::seconds(1704067200)) + elapsed_;
  }
  void Advance(Duration by) {
    const MutexLock lock(mutex_);
    elapsed_ += by;
  }

 private:
  mutable Mutex mutex_;
  Duration elapsed_ SPANHOLD_GUARDED_BY(mutex_){0};
};

}  // namespace spanhold
