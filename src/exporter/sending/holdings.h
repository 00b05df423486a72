#pragma once

#include <cstdint>
#include <map>

#include "src/exporter/sending/config.h"
#include "src/exporter/sending/lane_report.h"
#include "src/pipeline/consumer.h"
#include "src/pipeline/ledger.h"

namespace spanhold::sending {

// Of spans that wait for a slot: as much as a backend takes in a few milliseconds at its best.
constexpr uint64_t kCrowdedBytes = uint64_t{4} << 20;

// How much a lane holds, queued, in flight or waiting for a retry, and how much it may: the
// arithmetic of `sending_queue`.
//
// Threading: thread-compatible. Ownership: `report` must outlive it.
class Holdings {
 public:
  // A lane that drops when it is full holds `max_span_bytes` at most.
  Holdings(const QueueConfig& config, uint64_t max_span_bytes, LaneReport& report);

  // In units of the queue's sizer; without a queue each batch is 1, and so is the capacity.
  static int64_t Capacity(const QueueConfig& config) {
    return config.enabled ? config.queue_size : 1;
  }

  // Whether `batch` may come in. A lane that blocks takes all, and an empty one takes a batch larger
  // than the whole queue.
  bool Fits(const TraceBatch& batch) const;
  bool HasRoom() const { return !blocking_ || size_ < capacity_; }
  bool IsCrowded() const { return blocking_ && queued_bytes_ > kCrowdedBytes; }

  void Add(const TraceBatch& batch, const LaneAccount& account);
  void Remove(const TraceBatch& batch, const LaneAccount& account);

  // What was added waits for a slot, and has got one.
  void Queued(const TraceBatch& batch) { queued_bytes_ += batch.span_bytes(); }
  void GotSlot(const TraceBatch& batch) { queued_bytes_ -= batch.span_bytes(); }

  uint64_t spans() const { return spans_; }
  uint64_t spans(const LaneAccount& account) const;

 private:
  int64_t SizeOf(const TraceBatch& batch) const;

  const QueueConfig config_;
  const int64_t capacity_;
  const bool blocking_;
  const uint64_t max_span_bytes_;
  LaneReport& report_;
  int64_t size_ = 0;
  uint64_t spans_ = 0;
  uint64_t span_bytes_ = 0;
  uint64_t queued_bytes_ = 0;  // of them, without a slot
  std::map<const LaneAccount*, uint64_t> by_account_;
};

}  // namespace spanhold::sending
