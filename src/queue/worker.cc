#include "src/queue/worker.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "src/core/check.h"
#include "src/core/log.h"

namespace spanhold {
namespace {

// How long requests gather while many come: to wake a thread costs as much as a small request, and
// 40,000 requests of one span woke it 26,000 times. Far below any batch's timeout.
constexpr Duration kNap = std::chrono::milliseconds(1);

// Between two turns while a lane is crowded. A queue of 2048 spans still passes 200,000 a second.
constexpr Duration kPause = std::chrono::milliseconds(10);

}  // namespace

Worker::Worker(PipelineAccount& account, IntakeLimits limits, const Clock& clock)
    : account_(account), clock_(clock), queue_(limits) {}

Worker::~Worker() {
  SPANHOLD_CHECK(!thread_.joinable());
}

void Worker::SetChain(std::vector<std::unique_ptr<Processor>> processors,
                      std::unique_ptr<FanOut> fan_out, std::function<void()> on_room) {
  processors_ = std::move(processors);
  fan_out_ = std::move(fan_out);
  first_ =
      processors_.empty() ? static_cast<TraceConsumer*>(fan_out_.get()) : processors_.front().get();
  on_room_ = std::move(on_room);
}

Status Worker::Start() {
  SPANHOLD_CHECK(first_ != nullptr);
  for (const auto& processor : processors_) {
    SPANHOLD_RETURN_IF_ERROR(processor->Start());
  }
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "pipeline");
    Run();
  });
  return absl::OkStatus();
}

void Worker::Enqueue(QueuedRequest request) {
  queue_.Push(std::move(request));
  // A quarter of the queue is a batch by default, and leaves time to take it out.
  if (queue_.spans() >= queue_.limits().spans / 4) {
    wakeup_.Notify();
  } else {
    wakeup_.NotifyLazily();
  }
}

bool Worker::TryReserve(const otlp::Chunk& chunk) {
  return queue_.TryReserve(chunk.spans.size(), chunk.bytes.size());
}

void Worker::Unreserve(const otlp::Chunk& chunk) {
  queue_.Unreserve(chunk.spans.size(), chunk.bytes.size());
}

void Worker::Take(LoggedRequest request) {
  account_.Accepted(request.chunk->spans.size());
  Enqueue({std::move(request.chunk), std::move(request.settlement)});
}

uint64_t Worker::HeldSpans() const {
  uint64_t held = queue_.spans() + in_hand_;
  for (const auto& processor : processors_) {
    held += processor->HeldSpans();
  }
  return held;
}

void Worker::Run() {
  for (;;) {
    const Wakeup::Seen seen = wakeup_.Prepare();
    if (draining_) {
      break;
    }
    if (!Step()) {
      Rest(seen);
    }
  }
  Finish();
}

// Waits for something to do. When requests follow each other closely it waits for some of them.
void Worker::Rest(const Wakeup::Seen& seen) {
  if (!fan_out_->HasRoom()) {
    wakeup_.WaitUntil(seen, std::nullopt);  // only Wake() brings something to do
    return;
  }
  const std::optional<TimePoint> due = timers_.NextDue();
  if (paused_until_) {
    wakeup_.NapUntil(seen, std::min(*paused_until_, due.value_or(TimePoint::max())));
    return;
  }
  const TimePoint began = clock_.Now();
  if (requests_are_close_) {
    wakeup_.NapUntil(seen, std::min(began + kNap, due.value_or(TimePoint::max())));
    requests_are_close_ = queue_.spans() > 0;
  } else {
    wakeup_.WaitUntil(seen, due);
    requests_are_close_ = queue_.spans() > 0 && clock_.Now() - began < kNap;
  }
}

// Runs what is due and leads one request through the pipeline. False: nothing to do for now.
bool Worker::Step() {
  if (!fan_out_->HasRoom()) {
    return false;
  }
  const std::optional<TimePoint> due = timers_.NextDue();
  if (due && *due <= clock_.Now()) {
    timers_.RunDue(clock_.Now());
    return true;  // a lane may be full now
  }
  return MayTake() && TakeOne();
}

// Whether it is a crowded lane's turn, if one is crowded.
bool Worker::MayTake() {
  if (!paces_clients_ || !fan_out_->IsCrowded()) {
    paused_until_.reset();
    turn_ = 0;
    return true;
  }
  if (turn_ > 0) {
    return true;
  }
  if (queue_.spans() == 0) {
    return false;
  }
  const TimePoint now = clock_.Now();
  if (!paused_until_) {
    paused_until_ = now + kPause;
  }
  if (now < *paused_until_) {
    return false;
  }
  paused_until_.reset();
  turn_ = queue_.spans();
  return true;
}

// Leads one request through the pipeline. False: there is none.
bool Worker::TakeOne() {
  QueuedRequest request;
  if (!queue_.TryPop(request)) {
    turn_ = 0;
    return false;
  }
  turn_ -= std::min<uint64_t>(turn_, request.chunk->spans.size());
  TraceBatch batch = TraceBatch::Whole(std::move(request.chunk), std::move(request.settlement));
  in_hand_ = batch.span_count();
  on_room_();
  first_->Consume(std::move(batch));
  in_hand_ = 0;
  return true;
}

void Worker::Finish() {
  while (clock_.Now() < drain_deadline_ && TakeOne()) {
  }
  QueuedRequest request;
  uint64_t dropped = 0;
  uint64_t kept = 0;
  while (queue_.TryPop(request)) {
    const TraceBatch batch =
        TraceBatch::Whole(std::move(request.chunk), std::move(request.settlement));
    const uint64_t in_journal = account_.Dropped(batch, DropReason::kShutdown);
    kept += in_journal;
    dropped += batch.span_count() - in_journal;
  }
  if (kept > 0) {
    Log(LogLevel::kInfo, account_.name(), "kept in the journal for the next start",
        {{"spans", kept}});
  }
  if (dropped > 0) {
    Log(LogLevel::kError, account_.name(),
        "dropped what was still queued when the time to shut down was over", {{"spans", dropped}});
  }
  for (const auto& processor : processors_) {
    if (const Status status = processor->Shutdown(drain_deadline_); !status.ok()) {
      Log(LogLevel::kError, account_.name(), "a processor did not end cleanly",
          {{"error", status}});
    }
  }
}

void Worker::Drain(Deadline deadline) {
  if (!thread_.joinable()) {
    return;
  }
  drain_deadline_ = deadline;
  draining_ = true;
  wakeup_.Notify();
  thread_.join();
}

void Enqueue(const std::vector<Worker*>& workers, const otlp::ChunkPtr& chunk,
             const otlp::SettlementPtr& settlement) {
  for (Worker* worker : workers) {
    worker->account().Accepted(chunk->spans.size());
    worker->Enqueue({chunk, settlement});
  }
}

}  // namespace spanhold
