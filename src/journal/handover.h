#pragma once

#include <cstdint>
#include <vector>

#include "src/core/memory_budget.h"
#include "src/otlp/chunk.h"
#include "src/otlp/settlement.h"
#include "src/pipeline/request_sink.h"

namespace spanhold::journal {

// Where an entry goes: lanes that have not settled it, and the sinks that lead to them.
struct Destination {
  std::vector<RequestSink*> sinks;
  std::vector<otlp::LaneRange> lanes;
};

// The way from the journal to the sinks of a feed.
//
// Threading: thread-safe. Ownership: all that is referred to must outlive it.
class Handover {
 public:
  Handover(std::vector<RequestSink*> sinks, MemoryBudget& budget,
           otlp::SettlementObserver& observer)
      : sinks_(std::move(sinks)), budget_(budget), observer_(observer) {}

  // Lanes of other feeds are left out.
  Destination To(const std::vector<otlp::LaneId>& lanes) const;

  // Whether memory is free for what is only to wait for a backend. Half of it is: the other half
  // stays for requests that come in, so that a backend which is away fills the disk and no client
  // is refused.
  bool HasMemory() const { return budget_.used() <= budget_.limit() / 2 || is_starving(); }
  // Whether a sink has to go on whatever others hold.
  bool is_starving() const;

  // Hands the request to every sink of its destination if all have room.
  [[nodiscard]] bool TryHand(const otlp::ChunkPtr& chunk, uint64_t sequence,
                             const Destination& destination);

  // As RequestSink has them, for each of the feed's.
  void OnFound(uint64_t requests, uint64_t spans, uint64_t bytes);
  void OnLost(uint64_t spans);

 private:
  const std::vector<RequestSink*> sinks_;
  MemoryBudget& budget_;
  otlp::SettlementObserver& observer_;
};

}  // namespace spanhold::journal
