#include "src/pipeline/fan_out.h"

#include <algorithm>
#include <utility>

namespace spanhold {

void FanOut::Consume(TraceBatch batch) {
  if (batch.empty()) {
    return;
  }
  account_.HandedToLanes(batch.span_count());
  for (size_t i = 0; i < lanes_.size(); ++i) {
    const Lane& lane = lanes_[i];
    lane.account->Handed(batch);
    const bool last = i + 1 == lanes_.size();
    lane.exporter->Consume(last ? std::move(batch) : batch, *lane.account);
  }
}

bool FanOut::HasRoom() const {
  return std::all_of(lanes_.begin(), lanes_.end(),
                     [](const Lane& lane) { return lane.exporter->HasRoom(); });
}

}  // namespace spanhold
