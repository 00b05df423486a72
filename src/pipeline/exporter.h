#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "src/pipeline/component.h"
#include "src/pipeline/consumer.h"
#include "src/pipeline/ledger.h"

namespace spanhold {

// The end of one or more pipelines: takes batches and settles each span in the lane it came by.
//
// Threading: thread-safe.
class Exporter : public Component {
 public:
  // Before Start(): spans will come by the lane of `account`.
  virtual void AddLane(LaneAccount& /*account*/) {}

  // Begins to hand on what is held, until `deadline`, and returns; Shutdown() waits for the end. So
  // several exporters use the same time, and one that hangs takes none of another's. Spans that
  // come later are dropped and counted. Safe without Start(), and a second time.
  virtual void Drain(Deadline deadline) = 0;

  // Takes responsibility for `batch`, which came by the lane of `account`. Never refuses; a caller
  // that sees HasRoom() is false and hands on all the same overshoots the bound by that one batch.
  // Before Start() and after Shutdown() the batch is dropped and counted.
  virtual void Consume(TraceBatch batch, LaneAccount& account) = 0;

  // Spans taken by the lane of `account` and not settled yet, as the queue counts them.
  virtual uint64_t HeldSpans(const LaneAccount& account) const = 0;

  // False while a full queue is to hold back the pipelines. An exporter that drops when it is full
  // always has room.
  virtual bool HasRoom() const = 0;

  // True while what is queued behind a backend that is slower than the clients makes it worth to
  // slow them down, although there is room. Never for an exporter that drops when it is full.
  virtual bool IsCrowded() const { return false; }

  // Calls `listener` each time HasRoom() has become true or IsCrowded() false again, on any thread,
  // with no lock of the exporter held. To be called before Start().
  virtual void AddRoomListener(std::function<void()> listener) = 0;

  // What is wrong with the backend, if anything is.
  virtual std::optional<Trouble> trouble() const { return std::nullopt; }
};

}  // namespace spanhold
