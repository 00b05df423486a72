#pragma once

#include <deque>
#include <utility>

#include "src/core/mutex.h"
#include "src/queue/intake_queue.h"

namespace spanhold::bench {

// IntakeQueue's interface over a deque: what a queue costs that no two threads share.
//
// Threading: thread-compatible.
class PlainQueue {
 public:
  explicit PlainQueue(IntakeLimits limits) : limits_(limits) {}

  bool TryReserve(uint64_t spans, uint64_t bytes) {
    if (spans_ != 0 && (spans_ + spans > limits_.spans || bytes_ + bytes > limits_.bytes)) {
      return false;
    }
    spans_ += spans;
    bytes_ += bytes;
    return true;
  }

  void Push(QueuedRequest request) { queue_.push_back(std::move(request)); }

  bool TryPop(QueuedRequest& request) {
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
  uint64_t spans_ = 0;
  uint64_t bytes_ = 0;
  std::deque<QueuedRequest> queue_;
};

// The same under one mutex: the baseline that the lock-free queue has to beat.
//
// Threading: thread-safe.
class MutexQueue {
 public:
  explicit MutexQueue(IntakeLimits limits) : queue_(limits) {}

  bool TryReserve(uint64_t spans, uint64_t bytes) {
    const MutexLock lock(mutex_);
    return queue_.TryReserve(spans, bytes);
  }

  void Push(QueuedRequest request) {
    const MutexLock lock(mutex_);
    queue_.Push(std::move(request));
  }

  bool TryPop(QueuedRequest& request) {
    const MutexLock lock(mutex_);
    return queue_.TryPop(request);
  }

 private:
  Mutex mutex_;
  PlainQueue queue_ SPANHOLD_GUARDED_BY(mutex_);
};

}  // namespace spanhold::bench
