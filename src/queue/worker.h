#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "src/core/clock.h"
#include "src/core/timers.h"
#include "src/core/wakeup.h"
#include "src/pipeline/fan_out.h"
#include "src/pipeline/ledger.h"
#include "src/pipeline/processor.h"
#include "src/pipeline/request_sink.h"
#include "src/queue/intake_queue.h"

namespace spanhold {

// The thread of one pipeline: takes requests from the intake queue and leads them through the
// processors to the lanes. Takes nothing while a lane that blocks is full, so the queue fills and
// the pressure reaches the clients.
//
// While a lane is crowded, a worker that is to pace its clients takes what has gathered in the queue
// once every 10 ms only. A client that sends as fast as it is answered then sends at the speed of the
// backend, instead of filling the lane's queue, which is there for a backend in trouble; one that
// sends at a rate of its own waits those 10 ms, and is not refused for it.
//
// Threading: Enqueue(), Wake(), HeldSpans() and what a RequestSink has are thread-safe; processors and
// timers() run on the worker's thread; the rest is bound to the thread that builds the service.
// Ownership: owns processors and fan-out; the account and the exporters must outlive it.
class Worker final : public RequestSink {
 public:
  Worker(PipelineAccount& account, IntakeLimits limits, const Clock& clock);
  // Drain() must have returned if Start() was called.
  ~Worker() override;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // For processors: run on the worker's thread while the lanes have room.
  Timers& timers() { return timers_; }

  // The chain, built from its end: `processors` in the configured order, each of which hands on to
  // the next and the last to `fan_out`. `on_room` is called on the worker's thread each time a
  // request has left the queue.
  void SetChain(std::vector<std::unique_ptr<Processor>> processors, std::unique_ptr<FanOut> fan_out,
                std::function<void()> on_room);

  // Before Start(): paces clients. For a pipeline whose clients wait for room in its queue; those of
  // a journal do not.
  void PaceClients() { paces_clients_ = true; }

  // Starts the processors, then the thread. On error no thread runs.
  [[nodiscard]] Status Start();

  // Takes what room was reserved for in queue().
  void Enqueue(QueuedRequest request);

  otlp::LaneRange lanes() const override { return account_.lanes(); }
  [[nodiscard]] bool TryReserve(const otlp::Chunk& chunk) override;
  void Unreserve(const otlp::Chunk& chunk) override;
  void Take(LoggedRequest request) override;
  // Never: the memory may be held by one of its own lanes.
  bool is_starving() const override { return false; }
  // The journal itself counts what is on disk only.
  void OnFound(uint64_t /*requests*/, uint64_t /*spans*/, uint64_t /*bytes*/) override {}
  void OnLost(uint64_t /*spans*/) override {}

  // A lane has room again, or is crowded no longer.
  void Wake() { wakeup_.Notify(); }

  IntakeQueue& queue() { return queue_; }
  PipelineAccount& account() { return account_; }

  // Spans in the queue, in the worker's hand and in its processors.
  uint64_t HeldSpans() const;

  // Leads what is queued to the lanes, flushes the processors and joins the thread. Whether lanes
  // have room does not matter any more: they wait for their backends side by side, so that one that
  // hangs does not use up the time of the others. What is queued still at `deadline` is dropped for
  // kShutdown. Nothing may be enqueued any more.
  void Drain(Deadline deadline);

 private:
  void Run();
  bool Step();
  bool MayTake();
  void Rest(const Wakeup::Seen& seen);
  bool TakeOne();
  void Finish();

  PipelineAccount& account_;
  const Clock& clock_;
  IntakeQueue queue_;
  TimerQueue timers_;
  Wakeup wakeup_;
  std::vector<std::unique_ptr<Processor>> processors_;
  std::unique_ptr<FanOut> fan_out_;
  TraceConsumer* first_ = nullptr;
  std::function<void()> on_room_;
  std::thread thread_;
  std::atomic<uint64_t> in_hand_{0};   // spans between the queue and the first processor's count
  std::atomic<bool> draining_{false};  // set after drain_deadline_, read before it
  Deadline drain_deadline_;
  bool paces_clients_ = false;
  // Of the worker's thread.
  bool requests_are_close_ = false;        // the last rest was short
  std::optional<TimePoint> paused_until_;  // while a lane is crowded and something is queued
  uint64_t turn_ = 0;                      // spans to take before the next pause
};

// Hands a request for which room was reserved to each of `workers`, and counts it as accepted.
void Enqueue(const std::vector<Worker*>& workers, const otlp::ChunkPtr& chunk,
             const otlp::SettlementPtr& settlement);

}  // namespace spanhold
