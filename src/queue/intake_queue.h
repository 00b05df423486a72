#pragma once

#include <atomic>
#include <cstdint>

#include <concurrentqueue/concurrentqueue.h>

#include "src/otlp/chunk.h"
#include "src/otlp/settlement.h"

namespace spanhold {

// How much an intake queue holds. A place is free again when a worker has taken the request out;
// its bytes stay charged to the memory budget until its spans are settled.
struct IntakeLimits {
  uint64_t spans = 2048;                // the SDKs' own queue size
  uint64_t bytes = uint64_t{64} << 20;  // one request of the largest size
};

// An admitted request on its way to the worker.
struct QueuedRequest {
  otlp::ChunkPtr chunk;
  otlp::SettlementPtr settlement;
};

// The queue between receivers and a pipeline's worker: moodycamel's lock-free queue, bounded in
// spans and in bytes.
//
// Room is taken and filled in two steps, so that a request can be admitted to several pipelines or
// to none: TryReserve() on each, then Push() on each, or Unreserve(). Order is kept per producing
// thread, not across them.
//
// Invariant: spans_ and bytes_ count every request from its TryReserve() to its TryPop(), so they
// pass the limits only by one request that was admitted while the queue was empty.
//
// Threading: thread-safe; any number of producers and consumers.
class IntakeQueue {
 public:
  explicit IntakeQueue(IntakeLimits limits) : limits_(limits) {}

  // Room for one request, or false. One that is larger than the limits gets it when the queue is
  // empty, or it could never pass.
  [[nodiscard]] bool TryReserve(uint64_t spans, uint64_t bytes);
  void Unreserve(uint64_t spans, uint64_t bytes);

  // Room for the request must have been reserved.
  void Push(QueuedRequest request);

  [[nodiscard]] bool TryPop(QueuedRequest& request);

  // Including requests that are reserved and not pushed yet.
  uint64_t spans() const { return spans_; }
  uint64_t bytes() const { return bytes_; }
  const IntakeLimits& limits() const { return limits_; }

 private:
  const IntakeLimits limits_;
  std::atomic<uint64_t> spans_{0};
  std::atomic<uint64_t> bytes_{0};
  moodycamel::ConcurrentQueue<QueuedRequest> queue_;
};

}  // namespace spanhold
