#include "src/pipeline/fan_out.h"

#include <algorithm>
#include <utility>

namespace spanhold {

void FanOut::Consume(TraceBatch batch) {
  if (batch.empty()) {
    return;
  }
  account_.HandedToLanes(batch.span_count());
  const auto hand = [](const Lane& lane, TraceBatch handed) {
    lane.account->Handed(handed);
    lane.exporter->Consume(std::move(handed), *lane.account);
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

}  // namespace spanhold
