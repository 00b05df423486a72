#pragma once

#include <atomic>
#include <functional>
#include <memory>
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

  // A lane has room again.
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
  bool requests_are_close_ = false;  // of the worker's thread: the last rest was short
};

// Hands a request for which room was reserved to each of `workers`, and counts it as accepted.
void Enqueue(const std::vector<Worker*>& workers, const otlp::ChunkPtr& chunk,
             const otlp::SettlementPtr& settlement);

}  // namespace spanhold
