#include "src/pipeline/ledger.h"

#include <algorithm>
#include <utility>

namespace spanhold {
namespace {

std::array<Counter*, kDropReasonCount> DropCounters(const std::string& name,
                                                    const std::string& help,
                                                    const MetricLabels& labels,
                                                    Telemetry& telemetry) {
  std::array<Counter*, kDropReasonCount> counters{};
  for (size_t i = 0; i < kDropReasonCount; ++i) {
    MetricLabels with_reason = labels;
    with_reason.emplace_back("reason", DropReasonName(static_cast<DropReason>(i)));
    counters[i] = &telemetry.AddCounter(name, help, std::move(with_reason));
  }
  return counters;
}

uint64_t Sum(const std::array<Counter*, kDropReasonCount>& counters) {
  uint64_t sum = 0;
  for (const Counter* counter : counters) {
    sum += counter->count();
  }
  return sum;
}

}  // namespace

std::string_view DropReasonName(DropReason reason) {
  switch (reason) {
    case DropReason::kQueueFull:
      return "queue_full";
    case DropReason::kRetriesExhausted:
      return "retries_exhausted";
    case DropReason::kShutdown:
      return "shutdown";
    case DropReason::kStorageFailed:
      return "storage_failed";
    case DropReason::kInternal:
      return "internal";
  }
  return "internal";
}

ReceiverAccount::ReceiverAccount(std::string receiver, std::string transport, Telemetry& telemetry)
    : receiver_(std::move(receiver)),
      transport_(std::move(transport)),
      accepted_spans_(telemetry.AddCounter("otelcol_receiver_accepted_spans",
                                           "Spans taken from clients.",
                                           {{"receiver", receiver_}, {"transport", transport_}})),
      refused_spans_(telemetry.AddCounter("otelcol_receiver_refused_spans",
                                          "Spans that clients were asked to send again later.",
                                          {{"receiver", receiver_}, {"transport", transport_}})),
      accepted_requests_(
          telemetry.AddCounter("spanhold_receiver_accepted_requests", "Requests answered with OK.",
                               {{"receiver", receiver_}, {"transport", transport_}})),
      refused_requests_(
          telemetry.AddCounter("spanhold_receiver_refused_requests",
                               "Requests that clients were asked to send again later.",
                               {{"receiver", receiver_}, {"transport", transport_}})),
      rejected_requests_(
          telemetry.AddCounter("spanhold_receiver_rejected_requests",
                               "Requests refused for good: malformed, too large, not OTLP.",
                               {{"receiver", receiver_}, {"transport", transport_}})),
      aborted_requests_(telemetry.AddCounter(
          "spanhold_receiver_aborted_requests", "Requests whose client left before they were read.",
          {{"receiver", receiver_}, {"transport", transport_}})) {}

void ReceiverAccount::Accepted(uint64_t spans) {
  accepted_spans_.Add(spans);
  accepted_requests_.Add(1);
}

void ReceiverAccount::Refused(uint64_t spans) {
  refused_spans_.Add(spans);
  refused_requests_.Add(1);
}

void ReceiverAccount::RejectedRequest() {
  rejected_requests_.Add(1);
}

void ReceiverAccount::AbortedRequest() {
  aborted_requests_.Add(1);
}

LaneAccount::LaneAccount(LaneId id, std::string pipeline, std::string exporter,
                         Telemetry& telemetry)
    : id_(id),
      pipeline_(std::move(pipeline)),
      exporter_(std::move(exporter)),
      handed_(telemetry.AddCounter("spanhold_exporter_handed_spans",
                                   "Spans that a pipeline handed to an exporter.",
                                   {{"exporter", exporter_}, {"pipeline", pipeline_}})),
      sent_(telemetry.AddCounter("otelcol_exporter_sent_spans", "Spans that the backend took.",
                                 {{"exporter", exporter_}, {"pipeline", pipeline_}})),
      rejected_(telemetry.AddCounter("otelcol_exporter_send_failed_spans",
                                     "Spans that the backend refused for good.",
                                     {{"exporter", exporter_}, {"pipeline", pipeline_}})),
      kept_(telemetry.AddCounter("spanhold_exporter_kept_spans",
                                 "Spans left on disk at shutdown, for the next start.",
                                 {{"exporter", exporter_}, {"pipeline", pipeline_}})),
      dropped_(DropCounters("spanhold_exporter_dropped_spans",
                            "Spans that were accepted and not delivered, by reason.",
                            {{"exporter", exporter_}, {"pipeline", pipeline_}}, telemetry)) {}

void LaneAccount::Settle(const otlp::TraceBatch& batch) const {
  for (const otlp::BatchPart& part : batch.parts()) {
    part.settlement->Settle(id_, part.span_count());
  }
}

void LaneAccount::Sent(const otlp::TraceBatch& batch, uint64_t rejected) {
  const uint64_t refused = std::min<uint64_t>(rejected, batch.span_count());
  sent_.Add(batch.span_count() - refused);
  rejected_.Add(refused);
  Settle(batch);
}

void LaneAccount::Rejected(const otlp::TraceBatch& batch) {
  rejected_.Add(batch.span_count());
  Settle(batch);
}

uint64_t LaneAccount::Dropped(const otlp::TraceBatch& batch, DropReason reason) {
  uint64_t kept = 0;
  for (const otlp::BatchPart& part : batch.parts()) {
    const uint32_t spans = part.span_count();
    if (reason == DropReason::kShutdown && part.settlement->TryKeep(id_, spans)) {
      kept += spans;
    } else {
      part.settlement->Settle(id_, spans);
    }
  }
  kept_.Add(kept);
  dropped_[static_cast<size_t>(reason)]->Add(batch.span_count() - kept);
  return kept;
}

void LaneAccount::Lost(uint64_t spans, DropReason reason) {
  dropped_[static_cast<size_t>(reason)]->Add(spans);
}

uint64_t LaneAccount::dropped() const {
  return Sum(dropped_);
}

uint64_t LaneAccount::dropped(DropReason reason) const {
  return dropped_[static_cast<size_t>(reason)]->count();
}

PipelineAccount::PipelineAccount(std::string name, LaneRange lanes, Telemetry& telemetry)
    : name_(std::move(name)),
      lanes_(lanes),
      accepted_(telemetry.AddCounter("spanhold_pipeline_accepted_spans",
                                     "Spans that entered a pipeline.", {{"pipeline", name_}})),
      sampled_out_(telemetry.AddCounter("spanhold_pipeline_sampled_out_spans",
                                        "Spans that sampling ended.", {{"pipeline", name_}})),
      handed_(telemetry.AddCounter("spanhold_pipeline_handed_spans",
                                   "Spans that a pipeline handed to all of its exporters.",
                                   {{"pipeline", name_}})),
      kept_(telemetry.AddCounter("spanhold_pipeline_kept_spans",
                                 "Spans left in the journal at shutdown, for the next start.",
                                 {{"pipeline", name_}})),
      dropped_(DropCounters("spanhold_pipeline_dropped_spans",
                            "Spans that ended inside a pipeline unintended, by reason.",
                            {{"pipeline", name_}}, telemetry)) {}

void PipelineAccount::Settle(const otlp::BatchPart& part) const {
  for (LaneId lane = lanes_.first; lane < lanes_.last; ++lane) {
    if (part.settlement->Wants(lane)) {
      part.settlement->Settle(lane, part.span_count());
    }
  }
}

bool PipelineAccount::TryKeep(const otlp::BatchPart& part) const {
  bool kept = false;
  for (LaneId lane = lanes_.first; lane < lanes_.last; ++lane) {
    kept |= part.settlement->Wants(lane) && part.settlement->TryKeep(lane, part.span_count());
  }
  return kept;
}

void PipelineAccount::SampledOut(const otlp::BatchPart& part) {
  sampled_out_.Add(part.span_count());
  Settle(part);
}

uint64_t PipelineAccount::Dropped(const otlp::TraceBatch& batch, DropReason reason) {
  uint64_t kept = 0;
  for (const otlp::BatchPart& part : batch.parts()) {
    if (reason == DropReason::kShutdown && TryKeep(part)) {
      kept += part.span_count();
    } else {
      Settle(part);
    }
  }
  kept_.Add(kept);
  dropped_[static_cast<size_t>(reason)]->Add(batch.span_count() - kept);
  return kept;
}

uint64_t PipelineAccount::dropped() const {
  return Sum(dropped_);
}

uint64_t PipelineAccount::dropped(DropReason reason) const {
  return dropped_[static_cast<size_t>(reason)]->count();
}

ReceiverAccount& Ledger::AddReceiver(const std::string& receiver, const std::string& transport) {
  return receivers_.emplace_back(receiver, transport, telemetry_);
}

PipelineAccount& Ledger::AddPipeline(const std::string& name,
                                     const std::vector<std::string>& exporters) {
  const auto first = static_cast<LaneId>(lanes_.size());
  for (const std::string& exporter : exporters) {
    lanes_.emplace_back(static_cast<LaneId>(lanes_.size()), name, exporter, telemetry_);
  }
  return pipelines_.emplace_back(name, LaneRange{first, static_cast<LaneId>(lanes_.size())},
                                 telemetry_);
}

void Ledger::OnLost(LaneId lane, uint64_t spans) {
  LaneAccount& account = lanes_[lane];
  account.Lost(spans);
  log_.Log(LogLevel::kError, "ledger", "spans went away without an outcome; please report this",
           {{"pipeline", account.pipeline()}, {"exporter", account.exporter()}, {"spans", spans}});
}

}  // namespace spanhold
