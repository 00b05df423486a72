#include "src/otlp/settlement.h"

#include "src/core/check.h"

namespace spanhold::otlp {
namespace {

size_t CountLanes(const std::vector<LaneRange>& ranges) {
  size_t count = 0;
  for (const LaneRange& range : ranges) {
    count += range.last - range.first;
  }
  return count;
}

}  // namespace

Settlement::Settlement(uint64_t sequence, uint32_t spans, const std::vector<LaneRange>& lanes,
                       SettlementObserver& observer)
    : sequence_(sequence), observer_(observer), remaining_(CountLanes(lanes)) {
  size_t index = 0;
  for (const LaneRange& range : lanes) {
    for (LaneId lane = range.first; lane < range.last; ++lane) {
      remaining_[index].lane = lane;
      remaining_[index].spans = spans;
      ++index;
    }
  }
}

Settlement::~Settlement() {
  for (const Remaining& remaining : remaining_) {
    if (remaining.spans != 0) {
      observer_.OnLost(remaining.lane, remaining.spans);
    }
  }
}

void Settlement::Settle(LaneId lane, uint32_t spans) {
  if (spans == 0) {
    return;
  }
  for (Remaining& remaining : remaining_) {
    if (remaining.lane == lane) {
      const uint32_t before = remaining.spans.fetch_sub(spans);
      SPANHOLD_CHECK(before >= spans);
      if (before == spans) {
        observer_.OnLaneSettled(sequence_, lane);
      }
      return;
    }
  }
  SPANHOLD_CHECK(false && "a lane this request was never routed to");
}

}  // namespace spanhold::otlp
