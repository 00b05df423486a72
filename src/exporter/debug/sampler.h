#pragma once

#include <cstdint>

#include "src/core/clock.h"
#include "src/core/mutex.h"

namespace spanhold::debug {

// Decides which batches are shown: of each second the first `initial`, then every `thereafter`-th,
// as the Collector's logger does it.
//
// Threading: thread-safe. `clock` must outlive it.
class Sampler {
 public:
  Sampler(int64_t initial, int64_t thereafter, const Clock& clock)
      : initial_(initial), thereafter_(thereafter), clock_(clock) {}

  bool Take() {
    const auto second = std::chrono::floor<std::chrono::seconds>(clock_.Now());
    const MutexLock lock(mutex_);
    if (second != second_) {
      second_ = second;
      count_ = 0;
    }
    ++count_;
    return count_ <= initial_ || (thereafter_ > 0 && (count_ - initial_) % thereafter_ == 0);
  }

 private:
  const int64_t initial_;
  const int64_t thereafter_;
  const Clock& clock_;
  Mutex mutex_;
  std::chrono::time_point<std::chrono::steady_clock, std::chrono::seconds>
      second_ SPANHOLD_GUARDED_BY(mutex_);
  int64_t count_ SPANHOLD_GUARDED_BY(mutex_) = 0;  // of this second
};

}  // namespace spanhold::debug
