#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "src/core/clock.h"
#include "src/core/mutex.h"

namespace spanhold {

// Lets one thread sleep until another has news for it; telling it is an atomic add and a load while
// that thread is awake.
//
//   const auto seen = wakeup.Prepare();
//   if (nothing to do) wakeup.WaitUntil(seen, deadline);
//
// Nothing is lost: news that came after Prepare() makes WaitUntil() return at once. Either the
// sleeper sees the new count or the notifier sees `state_`, because both write before they read and
// all of it is sequentially consistent.
//
// Threading: Notify() and NotifyLazily() are thread-safe, the others are bound to the sleeping thread.
class Wakeup {
 public:
  struct Seen {
    uint64_t news = 0;
    uint64_t urgent = 0;
  };

  void Notify() {
    ++urgent_;
    ++news_;
    if (state_ != State::kAwake) {
      WakeUp();
    }
  }

  // News that can wait for the end of a nap.
  void NotifyLazily() {
    ++news_;
    if (state_ == State::kAsleep) {
      WakeUp();
    }
  }

  Seen Prepare() const { return {news_, urgent_}; }

  // Returns when there is news since `seen`, at `deadline`, or spuriously.
  void WaitUntil(const Seen& seen, std::optional<TimePoint> deadline) {
    const MutexLock lock(mutex_);
    state_ = State::kAsleep;
    if (news_ == seen.news) {
      if (deadline) {
        condition_.WaitUntil(mutex_, *deadline);
      } else {
        condition_.Wait(mutex_);
      }
    }
    state_ = State::kAwake;
  }

  // Returns when there is news since `seen` that cannot wait, at `deadline`, or spuriously.
  void NapUntil(const Seen& seen, TimePoint deadline) {
    const MutexLock lock(mutex_);
    state_ = State::kNapping;
    if (urgent_ == seen.urgent) {
      condition_.WaitUntil(mutex_, deadline);
    }
    state_ = State::kAwake;
  }

 private:
  enum class State { kAwake, kAsleep, kNapping };

  void WakeUp() {
    const MutexLock lock(mutex_);
    condition_.NotifyOne();
  }

  std::atomic<uint64_t> news_{0};
  std::atomic<uint64_t> urgent_{0};  // of these
  std::atomic<State> state_{State::kAwake};
  Mutex mutex_;
  CondVar condition_;
};

}  // namespace spanhold
