#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "src/core/mutex.h"
#include "src/pipeline/admission.h"

namespace spanhold {

// Keeps what it gets; answers as told, at once or by TakeHeld(). Thread-safe.
class FakeAdmission final : public Admission {
 public:
  void Admit(otlp::ChunkPtr chunk, ReceiverAccount& account, Done done) override {
    Status answer;
    {
      const MutexLock lock(mutex_);
      if (hold_) {
        held_.push_back(std::move(done));
        changed_.NotifyAll();
        return;
      }
      answer = answer_;
      if (answer.ok()) {
        account.Accepted(chunk->spans.size());
        chunks_.push_back(std::move(chunk));
      } else {
        account.Refused(chunk->spans.size());
      }
    }
    done(answer);
  }

  void AnswerWith(const Status& status) {
    const MutexLock lock(mutex_);
    answer_ = status;
  }

  // From here on requests wait.
  void Hold() {
    const MutexLock lock(mutex_);
    hold_ = true;
  }
  // The answer that a request waits for; there must come one.
  Done TakeHeld() {
    const MutexLock lock(mutex_);
    while (held_.empty()) {
      changed_.Wait(mutex_);
    }
    Done done = std::move(held_.front());
    held_.pop_front();
    return done;
  }

  // What was accepted.
  std::vector<otlp::ChunkPtr> chunks() const {
    const MutexLock lock(mutex_);
    return chunks_;
  }
  void Forget() {
    const MutexLock lock(mutex_);
    chunks_.clear();
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  bool hold_ SPANHOLD_GUARDED_BY(mutex_) = false;
  std::deque<Done> held_ SPANHOLD_GUARDED_BY(mutex_);
  Status answer_ SPANHOLD_GUARDED_BY(mutex_);
  std::vector<otlp::ChunkPtr> chunks_ SPANHOLD_GUARDED_BY(mutex_);
};

}  // namespace spanhold
