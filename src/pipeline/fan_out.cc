#include "src/pipeline/fan_out.h"

#include <algorithm>
#include <utility>

namespace spanhold {
namespace {

// The parts of `batch` that `lane` still wants: as a rule, all of them.
TraceBatch WantedBy(LaneId lane, TraceBatch batch) {
  const auto wanted = [lane](const otlp::BatchPart& part) {
    return part.settlement->Wants(lane);
  };
  if (std::all_of(batch.parts().begin(), batch.parts().end(), wanted)) {
    return batch;
  }
  TraceBatch filtered;
  for (const otlp::BatchPart& part : batch.parts()) {
    if (wanted(part)) {
      filtered.Append(part);
    }
  }
  return filtered;
}

}  // namespace

void FanOut::Consume(TraceBatch batch) {
  if (batch.empty()) {
    return;
  }
  account_.HandedToLanes(batch.span_count());
  const auto hand = [](const Lane& lane, TraceBatch whole) {
    TraceBatch handed = WantedBy(lane.account->id(), std::move(whole));
    if (!handed.empty()) {
      lane.account->Handed(handed);
      lane.exporter->Consume(std::move(handed), *lane.account);
    }
  };
  for (size_t i = 0; i + 1 < lanes_.size(); ++i) {
    hand(lanes_[i], batch);
  }
  hand(lanes_.back(), std::move(batch));
}

bool FanOut::HasRoom() const {
  return std::all_of(lanes_.begin(), lanes_.end(),
                     [](const Lane& lane) { return lane.exporter->HasRoom(); });
}

bool FanOut::IsCrowded() const {
  return std::any_of(lanes_.begin(), lanes_.end(),
                     [](const Lane& lane) { return lane.exporter->IsCrowded(); });
}

}  // namespace spanhold
