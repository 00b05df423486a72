#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "src/core/mutex.h"
#include "src/pipeline/exporter.h"

namespace spanhold {

// Sends everything at once, or keeps it; has room or not, is crowded or not, as it is told. Thread-safe.
class FakeExporter final : public Exporter {
 public:
  Status Start() override { return absl::OkStatus(); }
  void Drain(Deadline /*deadline*/) override {}
  Status Shutdown(Deadline /*deadline*/) override { return absl::OkStatus(); }

  void Consume(TraceBatch batch, LaneAccount& account) override {
    account.Sent(batch);
    const MutexLock lock(mutex_);
    spans_ += batch.span_count();
    batches_.push_back(std::move(batch));
    changed_.NotifyAll();
  }
  uint64_t HeldSpans(const LaneAccount& /*account*/) const override { return 0; }

  bool HasRoom() const override {
    const MutexLock lock(mutex_);
    return has_room_;
  }
  bool IsCrowded() const override {
    const MutexLock lock(mutex_);
    return is_crowded_;
  }
  void AddRoomListener(std::function<void()> listener) override {
    listeners_.push_back(std::move(listener));
  }

  void SetRoom(bool has_room) {
    {
      const MutexLock lock(mutex_);
      has_room_ = has_room;
    }
    if (has_room) {
      for (const auto& listener : listeners_) {
        listener();
      }
    }
  }

  void SetCrowded(bool is_crowded) {
    {
      const MutexLock lock(mutex_);
      is_crowded_ = is_crowded;
    }
    if (!is_crowded) {
      for (const auto& listener : listeners_) {
        listener();
      }
    }
  }

  // Returns once `spans` have arrived; the test's own timeout bounds it.
  void WaitForSpans(uint64_t spans) {
    const MutexLock lock(mutex_);
    while (spans_ < spans) {
      changed_.Wait(mutex_);
    }
  }
  uint64_t spans() const {
    const MutexLock lock(mutex_);
    return spans_;
  }
  std::vector<TraceBatch> batches() const {
    const MutexLock lock(mutex_);
    return batches_;
  }

 private:
  std::vector<std::function<void()>> listeners_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool has_room_ SPANHOLD_GUARDED_BY(mutex_) = true;
  bool is_crowded_ SPANHOLD_GUARDED_BY(mutex_) = false;
  uint64_t spans_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  std::vector<TraceBatch> batches_ SPANHOLD_GUARDED_BY(mutex_);
};

}  // namespace spanhold
