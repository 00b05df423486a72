#include "src/exporter/sending/holdings.h"

#include "src/exporter/sending/queue_size.h"

namespace spanhold::sending {

Holdings::Holdings(const QueueConfig& config, uint64_t max_span_bytes, LaneReport& report)
    : config_(config),
      capacity_(Capacity(config)),
      blocking_(!config.enabled || config.block_on_overflow),
      max_span_bytes_(max_span_bytes),
      report_(report) {}

int64_t Holdings::SizeOf(const TraceBatch& batch) const {
  return config_.enabled ? sending::SizeOf(config_.sizer, batch) : 1;
}

bool Holdings::Fits(const TraceBatch& batch) const {
  return blocking_ || size_ == 0 ||
         (SizeOf(batch) <= capacity_ - size_ &&
          span_bytes_ + batch.span_bytes() <= max_span_bytes_);
}

void Holdings::Add(const TraceBatch& batch, const LaneAccount& account) {
  const int64_t size = SizeOf(batch);
  size_ += size;
  spans_ += batch.span_count();
  span_bytes_ += batch.span_bytes();
  by_account_[&account] += batch.span_count();
  report_.Held(size, static_cast<int64_t>(batch.span_bytes()));
}

void Holdings::Remove(const TraceBatch& batch, const LaneAccount& account) {
  const int64_t size = SizeOf(batch);
  size_ -= size;
  spans_ -= batch.span_count();
  span_bytes_ -= batch.span_bytes();
  by_account_[&account] -= batch.span_count();
  report_.Held(-size, -static_cast<int64_t>(batch.span_bytes()));
}

uint64_t Holdings::spans(const LaneAccount& account) const {
  const auto held = by_account_.find(&account);
  return held == by_account_.end() ? 0 : held->second;
}

}  // namespace spanhold::sending
