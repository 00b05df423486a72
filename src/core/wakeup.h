#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "src/core/clock.h"
#include "src/core/mutex.h"

namespace spanhold {

// Lets one thread sleep until another has news for it; Notify() is an atomic add and a load while
// that thread is awake.
//
//   const auto seen = wakeup.Prepare();
//   if (nothing to do) wakeup.WaitUntil(seen, deadline);
//
// Nothing is lost: news that came after Prepare() makes WaitUntil() return at once. Either the
// sleeper sees the new count or the notifier sees `sleeping_`, because both write before they read
// and all four are sequentially consistent.
//
// Threading: Notify() is thread-safe, the others are bound to the sleeping thread.
class Wakeup {
 public:
  void Notify() {
    ++news_;
    if (sleeping_) {
      const MutexLock lock(mutex_);
      condition_.NotifyOne();
    }
  }

  uint64_t Prepare() const { return news_; }

  // Returns when there is news since `seen`, at `deadline`, or spuriously.
  void WaitUntil(uint64_t seen, std::optional<TimePoint> deadline) {
    const MutexLock lock(mutex_);
    sleeping_ = true;
    if (news_ == seen) {
      if (deadline) {
        condition_.WaitUntil(mutex_, *deadline);
      } else {
        condition_.Wait(mutex_);
      }
    }
    sleeping_ = false;
  }

 private:
  std::atomic<uint64_t> news_{0};
  std::atomic<bool> sleeping_{false};
  Mutex mutex_;
  CondVar condition_;
};

}  // namespace spanhold
