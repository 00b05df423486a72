#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/mutex.h"
#include "src/core/random.h"
#include "src/core/status.h"
#include "src/core/timers.h"
#include "src/exporter/sending/circuit.h"
#include "src/exporter/sending/config.h"
#include "src/exporter/sending/delivery.h"
#include "src/exporter/sending/holdings.h"
#include "src/exporter/sending/lane_report.h"
#include "src/exporter/sending/transport.h"
#include "src/pipeline/exporter.h"

namespace spanhold::sending {

// What stands between the pipelines and a backend: holds batches, sends up to `num_consumers` of
// them at once, tries again what failed for now, and settles each span once.
//
//   Consume() -> queue -> slot: Transport::Send() -> taken: Sent, refused for good: Rejected
//                          ^--- wait for the retry <-- failed for now  -> Dropped(kRetriesExhausted)
//                          ^--- halves <-- too large
//
// - What Transport::Split() makes of a batch are batches of their own from here on. So are the
//   halves of one that the backend calls too large; a single span that is too large is rejected.
// - The lane's size is all it holds, queued, in flight or waiting for a retry, as the Collector
//   counts it. Where it has reached `queue_size` the lane is full: with `block_on_overflow`
//   HasRoom() says so and what comes all the same is taken; without, what is new is dropped
//   (kQueueFull). One batch larger than the whole queue is taken when the lane is empty.
// - A lane that drops is full as well when it holds a quarter of `budget` in span bytes: else a dead
//   backend would fill the memory, and clients of all lanes would have to wait.
// - A lane that blocks is crowded while 4 MiB of spans wait for a slot: it goes on taking all, up to
//   `queue_size`, but a client that can wait a little should.
// - Without a sending queue the lane holds one batch and has room when that is settled.
// - A batch that waits for its retry keeps its slot. While the circuit is open (circuit.h) the
//   batches with a slot wait for the test: the one whose last attempt is longest ago is sent, and
//   when the backend answers it all go on. A batch whose next attempt could only come later than
//   `max_elapsed_time` after its first is given up at once.
// - Drain() is the beginning of Shutdown(), which calls it otherwise. Until its deadline the lane
//   goes on sending: waits are cut short, and further ones are at most a second unless the backend
//   names a longer one. What cannot be tried again before the deadline is dropped (kShutdown), as
//   is what is left then, unless the journal keeps it.
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
       Timers& timers, const Clock& clock, Random& random, const MemoryBudget& budget,
       Telemetry& telemetry);
  ~Lane() override;
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  [[nodiscard]] Status Start() override;
  void Drain(Deadline deadline) override;
  [[nodiscard]] Status Shutdown(Deadline deadline) override;

  void Consume(TraceBatch batch, LaneAccount& account) override;
  uint64_t HeldSpans(const LaneAccount& account) const override;
  bool HasRoom() const override;
  bool IsCrowded() const override;
  void AddRoomListener(std::function<void()> listener) override;
  std::optional<Trouble> trouble() const override { return report_.trouble(); }

 private:
  enum class State { kNew, kRunning, kDraining, kClosed };

  // Begins the delivery of one request.
  void Take(TraceBatch batch, LaneAccount& account);

  // The way of deliveries that have a slot. Run() returns when there is nothing to do at once; what
  // else may go on at the end of one of them is put behind `ready`. While that is not empty the lane
  // lives; else it may be gone once a delivery is out of hand.
  void Run(Deliveries ready);
  void Send(const DeliveryPtr& delivery, Deliveries& ready);
  std::optional<Deadline> BeginSend(const DeliveryPtr& delivery, Deliveries& ready);
  void EndSend();
  void Finish(const DeliveryPtr& delivery, Attempt& attempt, Deliveries& ready);
  void Answered(const DeliveryPtr& delivery, Deliveries& ready);
  void Failed(const DeliveryPtr& delivery, const Status& error, Deliveries& ready);
  void SendHalves(const DeliveryPtr& delivery, Deliveries& ready);
  void Drop(const Delivery& delivery, DropReason reason, const Status& error, Deliveries& ready);
  void End(const Delivery& delivery, Deliveries& ready);

  // Waiting.
  std::optional<DropReason> WhyNotAt(TimePoint next, const Delivery& delivery) const
      SPANHOLD_REQUIRES(mutex_);
  void TakeHopeless(std::vector<std::pair<DeliveryPtr, DropReason>>& hopeless)
      SPANHOLD_REQUIRES(mutex_);
  PausePtr AddPause(DeliveryPtr delivery, TimePoint until, bool is_test) SPANHOLD_REQUIRES(mutex_);
  PausePtr AddTest() SPANHOLD_REQUIRES(mutex_);
  static void StartTimer(Timers& timers, Lane* lane, const PausePtr& pause);
  void Resume(const PausePtr& pause);
  void CutPausesShort(Deliveries& ready);

  void AwaitDrained(Deadline deadline);

  // Constant after construction.
  const SendingConfig config_;
  const int64_t slots_;
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
  Deliveries queue_ SPANHOLD_GUARDED_BY(mutex_);
  int64_t busy_slots_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  std::vector<PausePtr> pauses_ SPANHOLD_GUARDED_BY(mutex_);
  Circuit circuit_ SPANHOLD_GUARDED_BY(mutex_);
  // With a slot, and waiting for a test that succeeds, by the time of their last attempt.
  // Invariant: empty unless the circuit is open and a test is under way or `test_waits_`.
  Deliveries parked_ SPANHOLD_GUARDED_BY(mutex_);
  bool test_waits_ SPANHOLD_GUARDED_BY(mutex_) = false;  // one of pauses_ is a test's
  Holdings holdings_ SPANHOLD_GUARDED_BY(mutex_);
  // Deliveries that have not ended altogether. While there is one the lane may not be destroyed.
  uint64_t unfinished_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  // Calls of Transport::Send() that have not returned; none begins once the state is kClosed.
  uint64_t sending_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  uint64_t left_at_shutdown_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  uint64_t kept_at_shutdown_ SPANHOLD_GUARDED_BY(mutex_) = 0;
};

}  // namespace spanhold::sending
