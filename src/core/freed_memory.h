#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

#include "src/core/clock.h"
#include "src/core/timers.h"

namespace spanhold {

// Gives to the system what the allocator keeps of freed memory, whole pages in the middle of its
// heaps included. Measured 3 ms for 100 MB, and what is given back has to be zeroed by the
// kernel when it is allocated again: not for buffers of everyday size.
//
// Threading: thread-safe.
void GiveBackFreedMemory();

// Counts large buffers that are freed in small parts. The allocator would keep these parts beside
// the next large buffer, which it maps: memory twice that the budget counts once.
//
// Threading: thread-compatible.
class FreedMemory {
 public:
  static constexpr uint64_t kStep = uint64_t{16} << 20U;

  explicit FreedMemory(std::function<void()> give_back = &GiveBackFreedMemory)
      : give_back_(std::move(give_back)) {}

  // `bytes` more were freed. Every kStep of them are given back.
  void Add(uint64_t bytes) {
    bytes_ += bytes;
    if (bytes_ >= kStep) {
      bytes_ = 0;
      give_back_();
    }
  }

 private:
  const std::function<void()> give_back_;
  uint64_t bytes_ = 0;
};

// Gives freed memory back some seconds after a burst: what follows at once would need it again.
//
// Threading: thread-safe. Ownership: `timers` and `clock` must outlive it, and it all timers' callbacks.
class AfterBurst {
 public:
  static constexpr Duration kRest = std::chrono::seconds(5);

  AfterBurst(Timers& timers, const Clock& clock,
             std::function<void()> give_back = &GiveBackFreedMemory)
      : timers_(timers), clock_(clock), give_back_(std::move(give_back)) {}

  // A burst is over: see MemoryBudget.
  void Drained() {
    if (!scheduled_.exchange(true)) {
      timers_.Schedule(clock_.Now() + kRest, [this] {
        scheduled_ = false;
        give_back_();
      });
    }
  }

 private:
  Timers& timers_;
  const Clock& clock_;
  const std::function<void()> give_back_;
  std::atomic<bool> scheduled_{false};
};

}  // namespace spanhold
