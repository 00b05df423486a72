#include "src/queue/intake_queue.h"

#include <utility>

namespace spanhold {
namespace {

// Adds `amount` to `level` unless that passes `limit`; anything fits while `level` is 0.
bool TryAdd(std::atomic<uint64_t>& level, uint64_t amount, uint64_t limit) {
  uint64_t current = level;
  do {
    if (current != 0 && (amount > limit || current > limit - amount)) {
      return false;
    }
  } while (!level.compare_exchange_weak(current, current + amount));
  return true;
}

}  // namespace

bool IntakeQueue::TryReserve(uint64_t spans, uint64_t bytes) {
  if (!TryAdd(spans_, spans, limits_.spans)) {
    return false;
  }
  if (!TryAdd(bytes_, bytes, limits_.bytes)) {
    spans_ -= spans;
    return false;
  }
  return true;
}

void IntakeQueue::Unreserve(uint64_t spans, uint64_t bytes) {
  bytes_ -= bytes;
  spans_ -= spans;
}

void IntakeQueue::Push(QueuedRequest request) {
  queue_.enqueue(std::move(request));
}

bool IntakeQueue::TryPop(QueuedRequest& request) {
  if (!queue_.try_dequeue(request)) {
    return false;
  }
  Unreserve(request.chunk->spans.size(), request.chunk->bytes.size());
  return true;
}

}  // namespace spanhold
