#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/core/clock.h"
#include "src/core/mutex.h"
#include "src/core/random.h"
#include "src/core/status.h"
#include "src/core/timers.h"
#include "src/exporter/sending/backoff.h"
#include "src/exporter/sending/config.h"
#include "src/exporter/sending/lane_report.h"
#include "src/exporter/sending/transport.h"
#include "src/pipeline/exporter.h"

namespace spanhold::sending {

// What stands between the pipelines and a backend: holds batches, sends up to `num_consumers` of
// them at once, tries again what failed for now, and settles each span once.
//
//   Consume() -> queue -> slot: Transport::Send() -> taken: Sent, refused for good: Rejected
//                          ^--- wait for the retry <-- failed for now  -> Dropped(kRetriesExhausted)
//
// - What Transport::Split() makes of a batch are batches of their own from here on.
// - The lane's size is all it holds, queued, in flight or waiting for a retry, as the Collector
//   counts it. Where it has reached `queue_size` the lane is full: with `block_on_overflow`
//   HasRoom() says so and what comes all the same is taken; without, what is new is dropped
//   (kQueueFull). One batch larger than the whole queue is taken when the lane is empty.
// - Without a sending queue the lane holds one batch and has room when that is settled.
// - A batch that waits for its retry keeps its slot: `num_consumers` bounds what a backend that is
//   down has to answer.
// - Until the deadline of Shutdown() it goes on sending: waits are cut short, and further ones are
//   at most a second unless the backend names a longer one. What cannot be tried again before the
//   deadline is dropped (kShutdown), as is what is left then, unless the journal keeps it.
//
// The caller of Consume() has counted the batch as handed to the lane.
//
// Threading: thread-safe; no thread of its own. Transport::Send() is called from Consume() while a
// slot is free, else from where a completion or a retry's timer runs. No lock is held while calling
// the transport, an account or a listener.
// Ownership: `timers`, `clock`, `random`, `telemetry` and the accounts must outlive it. A timer of
// a retry that Shutdown() has cut short may run after the lane is gone; it does nothing then.
class Lane final : public Exporter {
 public:
  Lane(std::string id, const SendingConfig& config, std::unique_ptr<Transport> transport,
       Timers& timers, const Clock& clock, Random& random, Telemetry& telemetry);
  ~Lane() override;
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  [[nodiscard]] Status Start() override;
  [[nodiscard]] Status Shutdown(Deadline deadline) override;

  void Consume(TraceBatch batch, LaneAccount& account) override;
  uint64_t HeldSpans(const LaneAccount& account) const override;
  bool HasRoom() const override;
  void AddRoomListener(std::function<void()> listener) override;

 private:
  enum class State { kNew, kRunning, kDraining, kClosed };
  struct Delivery;
  struct Attempt;
  struct Pause;
  // Shared by a call of Send() and its completion; whichever ends last frees the batch.
  using DeliveryPtr = std::shared_ptr<Delivery>;
  // Shared by the lane and the timer that ends it.
  using PausePtr = std::shared_ptr<Pause>;

  // Begins the delivery of one request.
  void Take(TraceBatch batch, LaneAccount& account);
  int64_t SizeOf(const TraceBatch& batch) const;
  bool Fits(int64_t size) const SPANHOLD_REQUIRES(mutex_);

  // The way of a delivery that has a slot. Run() returns when there is nothing to do at once.
  void Run(DeliveryPtr delivery);
  std::optional<Deadline> BeginSend();
  void EndSend();
  DeliveryPtr Finish(const DeliveryPtr& delivery, Attempt& attempt);
  std::optional<DropReason> PauseBeforeRetry(const DeliveryPtr& delivery, const Status& error);
  void Resume(const PausePtr& pause);
  DeliveryPtr TakeNext();

  void Drop(const Delivery& delivery, DropReason reason, const Status& error);
  void End(const Delivery& delivery);

  std::vector<DeliveryPtr> CutPausesShort();
  void DrainUntil(Deadline deadline);

  // Constant after construction.
  const SendingConfig config_;
  const int64_t capacity_;
  const int64_t slots_;
  const bool blocking_;
  const std::unique_ptr<Transport> transport_;
  Timers& timers_;
  const Clock& clock_;
  Random& random_;
  std::vector<std::function<void()>> listeners_;

  LaneReport report_;

  mutable Mutex mutex_;
  CondVar ended_;
  State state_ SPANHOLD_GUARDED_BY(mutex_) = State::kNew;
  Deadline drain_deadline_ SPANHOLD_GUARDED_BY(mutex_);
  // Invariant: empty while a slot is free and the lane is running.
  std::deque<DeliveryPtr> queue_ SPANHOLD_GUARDED_BY(mutex_);
  std::vector<PausePtr> pauses_ SPANHOLD_GUARDED_BY(mutex_);
  int64_t busy_slots_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  int64_t size_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  uint64_t held_spans_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  std::map<const LaneAccount*, uint64_t> held_ SPANHOLD_GUARDED_BY(mutex_);
  // Deliveries that have not ended altogether. While there is one the lane may not be destroyed.
  uint64_t unfinished_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  // Calls of Transport::Send() that have not returned; none begins once the state is kClosed.
  uint64_t sending_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  uint64_t left_at_shutdown_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  uint64_t kept_at_shutdown_ SPANHOLD_GUARDED_BY(mutex_) = 0;
};

}  // namespace spanhold::sending
