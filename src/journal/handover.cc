#include "src/journal/handover.h"

#include <memory>

namespace spanhold::journal {

Destination Handover::To(const std::vector<otlp::LaneId>& lanes) const {
  Destination destination;
  for (Worker* worker : workers_) {
    const otlp::LaneRange range = worker->account().lanes();
    const size_t before = destination.lanes.size();
    for (const otlp::LaneId lane : lanes) {
      if (lane >= range.first && lane < range.last) {
        destination.lanes.push_back({lane, lane + 1});
      }
    }
    if (destination.lanes.size() > before) {
      destination.workers.push_back(worker);
    }
  }
  return destination;
}

bool Handover::TryHand(const otlp::ChunkPtr& chunk, uint64_t sequence,
                       const Destination& destination) {
  if (!TryReserve(destination.workers, *chunk)) {
    return false;
  }
  Enqueue(destination.workers, chunk,
          std::make_shared<otlp::Settlement>(sequence, static_cast<uint32_t>(chunk->spans.size()),
                                             destination.lanes, observer_, true));
  return true;
}

}  // namespace spanhold::journal
