#include "src/otlp/settlement.h"

#include <algorithm>

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
                       SettlementObserver& observer, bool durable)
    : sequence_(sequence), observer_(observer), durable_(durable), remaining_(CountLanes(lanes)) {
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

Settlement::Remaining* Settlement::Find(LaneId lane) {
  const auto found =
      std::find_if(remaining_.begin(), remaining_.end(),
                   [lane](const Remaining& remaining) { return remaining.lane == lane; });
  return found == remaining_.end() ? nullptr : &*found;
}

bool Settlement::Wants(LaneId lane) const {
  return const_cast<Settlement*>(this)->Find(lane) != nullptr;
}

void Settlement::Subtract(Remaining& remaining, uint32_t spans) {
  const uint32_t before = remaining.spans.fetch_sub(spans);
  SPANHOLD_CHECK(before >= spans);
  if (before == spans && !remaining.kept) {
    observer_.OnLaneSettled(sequence_, remaining.lane);
  }
}

void Settlement::Settle(LaneId lane, uint32_t spans) {
  if (spans == 0) {
    return;
  }
  Remaining* remaining = Find(lane);
  SPANHOLD_CHECK(remaining != nullptr);  // a lane this request was never routed to
  Subtract(*remaining, spans);
}

bool Settlement::TryKeep(LaneId lane, uint32_t spans) {
  if (!durable_) {
    return false;
  }
  Remaining* remaining = Find(lane);
  SPANHOLD_CHECK(remaining != nullptr);
  if (spans > 0) {
    remaining->kept = true;
    Subtract(*remaining, spans);
  }
  return true;
}

}  // namespace spanhold::otlp
