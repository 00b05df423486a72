#include "src/journal/handover.h"

#include <algorithm>
#include <memory>

namespace spanhold::journal {

Destination Handover::To(const std::vector<otlp::LaneId>& lanes) const {
  Destination destination;
  for (RequestSink* sink : sinks_) {
    const otlp::LaneRange range = sink->lanes();
    const size_t before = destination.lanes.size();
    for (const otlp::LaneId lane : lanes) {
      if (lane >= range.first && lane < range.last) {
        destination.lanes.push_back({lane, lane + 1});
      }
    }
    if (destination.lanes.size() > before) {
      destination.sinks.push_back(sink);
    }
  }
  return destination;
}

bool Handover::is_starving() const {
  return std::any_of(sinks_.begin(), sinks_.end(),
                     [](const RequestSink* sink) { return sink->is_starving(); });
}

bool Handover::TryHand(const otlp::ChunkPtr& chunk, uint64_t sequence,
                       const Destination& destination) {
  if (!TryReserve(destination.sinks, *chunk)) {
    return false;
  }
  const auto settlement = std::make_shared<otlp::Settlement>(
      sequence, static_cast<uint32_t>(chunk->spans.size()), destination.lanes, observer_, true);
  for (RequestSink* sink : destination.sinks) {
    sink->Take({chunk, settlement, sequence});
  }
  return true;
}

void Handover::OnFound(uint64_t requests, uint64_t spans, uint64_t bytes) {
  for (RequestSink* sink : sinks_) {
    sink->OnFound(requests, spans, bytes);
  }
}

void Handover::OnLost(uint64_t spans) {
  for (RequestSink* sink : sinks_) {
    sink->OnLost(spans);
  }
}

}  // namespace spanhold::journal
