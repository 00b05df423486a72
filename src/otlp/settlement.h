#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace spanhold::otlp {

// Index of a lane, the way of spans from one pipeline to one exporter, counted over the whole
// service.
using LaneId = uint32_t;

// The lanes [first, last) of one pipeline.
struct LaneRange {
  LaneId first = 0;
  LaneId last = 0;
};

// Who is told how the spans of a request ended. The ledger, and whatever keeps requests until they
// are done.
class SettlementObserver {
 public:
  virtual ~SettlementObserver() = default;

  // The last span of request `sequence` was settled in `lane`. Any thread.
  virtual void OnLaneSettled(uint64_t sequence, LaneId lane) = 0;

  // `spans` of a request went away without an outcome in `lane`: a bug of ours, and counted.
  virtual void OnLost(LaneId lane, uint64_t spans) = 0;
};

// For one admitted request: how many of its spans each lane has still to settle. Shared by every
// batch that holds spans of it, through selection, merging, splitting and copy on write; whoever
// ends a span's life in a lane settles it here, through the accounts of pipeline/ledger.h.
//
// A request that is in the journal may also be kept in a lane, for the next start: its spans end
// here, and the observer is not told that the lane is done with it.
//
// Threading: thread-safe. Ownership: `observer` must outlive it.
class Settlement {
 public:
  // `spans` spans on their way into each lane of each range. `sequence` names the request to the
  // observer; `durable`: it is in the journal.
  Settlement(uint64_t sequence, uint32_t spans, const std::vector<LaneRange>& lanes,
             SettlementObserver& observer, bool durable = false);
  ~Settlement();
  Settlement(const Settlement&) = delete;
  Settlement& operator=(const Settlement&) = delete;

  // `spans` of this request have ended in `lane`. More than are left is a broken invariant.
  void Settle(LaneId lane, uint32_t spans);

  // `spans` of this request end in `lane` for now, if the request is durable; else false, and
  // nothing is changed.
  [[nodiscard]] bool TryKeep(LaneId lane, uint32_t spans);

  // Whether the request is on its way into `lane`: what was read back from the journal goes only
  // where it was not settled before.
  bool Wants(LaneId lane) const;

 private:
  struct Remaining {
    LaneId lane = 0;
    std::atomic<uint32_t> spans{0};
    std::atomic<bool> kept{false};
  };

  Remaining* Find(LaneId lane);
  void Subtract(Remaining& remaining, uint32_t spans);

  const uint64_t sequence_;
  SettlementObserver& observer_;
  const bool durable_;
  std::vector<Remaining> remaining_;
};

using SettlementPtr = std::shared_ptr<Settlement>;

}  // namespace spanhold::otlp
