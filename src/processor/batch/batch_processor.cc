#include "src/processor/batch/batch_processor.h"

#include <limits>
#include <utility>
#include <vector>

namespace spanhold::batch {
namespace {

// The Collector's (processor/batchprocessor/metadata.yaml).
std::vector<double> SizeBounds() {
  return {10,   25,   50,   75,   100,  250,  500,   750,   1000,  2000,  3000,
          4000, 5000, 6000, 7000, 8000, 9000, 10000, 20000, 30000, 50000, 100000};
}

Counter& SentCounter(Telemetry& telemetry, const std::string& id, const std::string& trigger) {
  return telemetry.AddCounter("spanhold_processor_batches_sent", "Batches by why they left.",
                              {{"processor", id}, {"trigger", trigger}});
}

// `trigger` of the Collector, which has two and counts a flush at shutdown as a timeout.
Counter& CollectorCounter(Telemetry& telemetry, const std::string& id, const std::string& trigger) {
  return telemetry.AddCounter("otelcol_processor_batch_" + trigger + "_trigger_send",
                              "Batches by why they left.", {{"processor", id}});
}

Counter& ItemCounter(Telemetry& telemetry, const std::string& direction, const std::string& id) {
  return telemetry.AddCounter("otelcol_processor_" + direction + "_items",
                              "Spans that came to or left a processor.",
                              {{"processor", id}, {"otel_signal", "traces"}});
}

}  // namespace

BatchProcessor::BatchProcessor(const Config& config, const std::string& id, TraceConsumer& next,
                               Timers& timers, const Clock& clock, Telemetry& telemetry)
    : config_(config),
      next_(next),
      timers_(timers),
      clock_(clock),
      incoming_(ItemCounter(telemetry, "incoming", id)),
      outgoing_(ItemCounter(telemetry, "outgoing", id)),
      sizes_(telemetry.AddHistogram("otelcol_processor_batch_batch_send_size",
                                    "Spans of a batch that left.", {{"processor", id}},
                                    SizeBounds())),
      by_size_{SentCounter(telemetry, id, "size"), CollectorCounter(telemetry, id, "batch_size")},
      by_timeout_{SentCounter(telemetry, id, "timeout"),
                  CollectorCounter(telemetry, id, "timeout")},
      by_shutdown_{SentCounter(telemetry, id, "shutdown"),
                   CollectorCounter(telemetry, id, "timeout")},
      waits_(config.send_batch_size > 0 && config.timeout > Duration::zero()) {}

void BatchProcessor::Consume(TraceBatch batch) {
  if (batch.empty()) {
    return;
  }
  incoming_.Add(batch.span_count());
  held_ += batch.span_count();
  bool starts_here = open_.empty();
  open_.Append(std::move(batch));
  if (!waits_) {
    Send(1, by_size_);
  } else if (open_.span_count() >= config_.send_batch_size) {
    Send(static_cast<uint32_t>(config_.send_batch_size), by_size_);
    starts_here = true;  // a piece is never smaller than send_batch_size, so what is left is new
  }
  if (open_.empty()) {
    return;
  }
  if (starts_here) {
    leave_at_ = clock_.Now() + config_.timeout;
  }
  if (!timer_) {
    StartTimer();
  }
}

void BatchProcessor::StartTimer() {
  timer_ = timers_.Schedule(leave_at_, [this] { OnTimer(); });
}

void BatchProcessor::OnTimer() {
  timer_.reset();
  if (open_.empty()) {
    return;
  }
  if (clock_.Now() < leave_at_) {
    StartTimer();
    return;
  }
  Send(1, by_timeout_);
}

void BatchProcessor::Send(uint32_t until, const Trigger& trigger) {
  const uint32_t piece_size = config_.send_batch_max_size > 0
                                  ? static_cast<uint32_t>(config_.send_batch_max_size)
                                  : std::numeric_limits<uint32_t>::max();
  while (open_.span_count() >= until) {
    TraceBatch piece = open_.TakeFront(piece_size);
    const uint32_t spans = piece.span_count();
    trigger.count.Add(1);
    trigger.collector_count.Add(1);
    sizes_.Observe(spans);
    outgoing_.Add(spans);
    next_.Consume(std::move(piece));
    held_ -= spans;
  }
}

Status BatchProcessor::Shutdown(Deadline /*deadline*/) {
  waits_ = false;
  if (timer_) {
    timers_.Cancel(*timer_);
    timer_.reset();
  }
  Send(1, by_shutdown_);
  return {};
}

}  // namespace spanhold::batch
