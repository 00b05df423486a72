#pragma once

#include <deque>
#include <utility>

#include "src/core/mutex.h"
#include "src/queue/intake_queue.h"

namespace spanhold::bench {

// IntakeQueue's interface over a deque and one mutex: the baseline that the lock-free queue has to
// beat.
//
// Threading: thread-safe.
class MutexQueue {
 public:
  explicit MutexQueue(IntakeLimits limits) : limits_(limits) {}

  bool TryReserve(uint64_t spans, uint64_t bytes) {
    const MutexLock lock(mutex_);
    if (spans_ != 0 && (spans_ + spans > limits_.spans || bytes_ + bytes > limits_.bytes)) {
      return false;
    }
    spans_ += spans;
    bytes_ += bytes;
    return true;
  }

  void Push(QueuedRequest request) {
    const MutexLock lock(mutex_);
    queue_.push_back(std::move(request));
  }

  bool TryPop(QueuedRequest& request) {
    const MutexLock lock(mutex_);
    if (queue_.empty()) {
      return false;
    }
    request = std::move(queue_.front());
    queue_.pop_front();
    spans_ -= request.chunk->spans.size();
    bytes_ -= request.chunk->bytes.size();
    return true;
  }

 private:
  const IntakeLimits limits_;
  Mutex mutex_;
  uint64_t spans_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  uint64_t bytes_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  std::deque<QueuedRequest> queue_ SPANHOLD_GUARDED_BY(mutex_);
};

}  // namespace spanhold::bench
