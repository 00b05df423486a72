#pragma once

#include <cstdint>
#include <vector>

#include "src/core/memory_budget.h"
#include "src/otlp/chunk.h"
#include "src/otlp/settlement.h"
#include "src/queue/worker.h"

namespace spanhold::journal {

// Where an entry goes: lanes that have not settled it, and the pipelines that lead to them.
struct Destination {
  std::vector<Worker*> workers;
  std::vector<otlp::LaneRange> lanes;
};

// The way from the journal into the pipelines of a feed.
//
// Threading: thread-safe. Ownership: all that is referred to must outlive it.
class Handover {
 public:
  Handover(std::vector<Worker*> workers, MemoryBudget& budget, otlp::SettlementObserver& observer)
      : workers_(std::move(workers)), budget_(budget), observer_(observer) {}

  // Lanes of other feeds are left out.
  Destination To(const std::vector<otlp::LaneId>& lanes) const;

  // Whether memory is free for what is only to wait for a backend. Half of it is: the other half
  // stays for requests that come in, so that a backend which is away fills the disk and no client
  // is refused.
  bool HasMemory() const { return budget_.used() <= budget_.limit() / 2; }

  // Hands the request to every pipeline of its destination if all have room in their queues.
  [[nodiscard]] bool TryHand(const otlp::ChunkPtr& chunk, uint64_t sequence,
                             const Destination& destination);

 private:
  const std::vector<Worker*> workers_;
  MemoryBudget& budget_;
  otlp::SettlementObserver& observer_;
};

}  // namespace spanhold::journal
