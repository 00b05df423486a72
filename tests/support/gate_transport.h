#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "src/core/check.h"
#include "src/core/mutex.h"
#include "src/exporter/sending/transport.h"

namespace spanhold {

// Keeps each attempt open until the test lets it go. Thread-safe.
class GateTransport final : public sending::Transport {
 public:
  Status Start() override { return {}; }
  void Send(const otlp::TraceBatch& batch, Deadline /*deadline*/, Done done) override {
    const MutexLock lock(mutex_);
    open_.push_back({batch.span_count(), std::move(done)});
    ++sent_;
    changed_.NotifyAll();
  }
  // As a real one: open attempts end with kCancelled.
  Status Shutdown() override {
    while (open() > 0) {
      Answer(absl::CancelledError("shutting down"));
    }
    return {};
  }

  // Attempts begun and not answered.
  size_t open() const {
    const MutexLock lock(mutex_);
    return open_.size();
  }
  size_t sent() const {
    const MutexLock lock(mutex_);
    return sent_;
  }
  // Waits until that many attempts have begun in all.
  void AwaitSent(size_t count) {
    const MutexLock lock(mutex_);
    while (sent_ < count) {
      changed_.Wait(mutex_);
    }
  }

  // Answers the oldest open attempt, which there must be, and returns how many spans it had.
  uint32_t Answer(const Status& status) { return Answer({status, 0, ""}); }
  uint32_t Answer(sending::SendResult result) {
    Open oldest;
    {
      const MutexLock lock(mutex_);
      SPANHOLD_CHECK(!open_.empty());
      oldest = std::move(open_.front());
      open_.erase(open_.begin());
    }
    oldest.done(std::move(result));
    return oldest.spans;
  }

 private:
  struct Open {
    uint32_t spans = 0;
    Done done;
  };

  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<Open> open_ SPANHOLD_GUARDED_BY(mutex_);
  size_t sent_ SPANHOLD_GUARDED_BY(mutex_) = 0;
};

}  // namespace spanhold
