#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/clock.h"
#include "src/core/log.h"
#include "src/otlp/settlement.h"
#include "src/otlp/trace_batch.h"
#include "src/pipeline/telemetry.h"

namespace spanhold {

using otlp::LaneId;
using otlp::LaneRange;

// Why spans that were acknowledged are not delivered.
enum class DropReason {
  kQueueFull,         // sending queue full and block_on_overflow: false
  kRetriesExhausted,  // retry_on_failure disabled, or max_elapsed_time over
  kShutdown,          // still held when shutdown_timeout was over
  kStorageFailed,     // the disk of its storage cannot be written, or not be read back
  kInternal,          // a bug of ours: an outcome was forgotten
};
inline constexpr size_t kDropReasonCount = 5;
std::string_view DropReasonName(DropReason reason);

// What became of the requests of one receiver and transport.
//   requests: received = accepted + refused + rejected + aborted + under way
//   spans:    received = accepted + refused             (a malformed request has no countable spans)
//
// Threading: thread-safe.
class ReceiverAccount {
 public:
  ReceiverAccount(std::string receiver, std::string transport, Telemetry& telemetry);

  void Accepted(uint64_t spans);
  // A retryable answer: no room. `spans` is 0 where the request was refused before it was read.
  void Refused(uint64_t spans);
  // A final answer: malformed, too large, not OTLP.
  void RejectedRequest();
  // Its client left before it was read, or the daemon ended.
  void AbortedRequest();

  const std::string& receiver() const { return receiver_; }
  const std::string& transport() const { return transport_; }
  uint64_t accepted_spans() const { return accepted_spans_.count(); }
  uint64_t refused_spans() const { return refused_spans_.count(); }
  uint64_t accepted_requests() const { return accepted_requests_.count(); }
  uint64_t refused_requests() const { return refused_requests_.count(); }
  uint64_t rejected_requests() const { return rejected_requests_.count(); }
  uint64_t aborted_requests() const { return aborted_requests_.count(); }

 private:
  const std::string receiver_;
  const std::string transport_;
  Counter& accepted_spans_;
  Counter& refused_spans_;
  Counter& accepted_requests_;
  Counter& refused_requests_;
  Counter& rejected_requests_;
  Counter& aborted_requests_;
};

// What keeps spans from being delivered, for a person to read.
struct Trouble {
  Duration age{};    // since it began
  std::string what;  // the backend's last error, and what becomes of the spans
};

// One lane, the way of spans from one pipeline to one exporter:
//   handed = sent + rejected by the backend + dropped(reason) + kept + held
//
// "Kept" is what stays in the journal or in the exporter's storage at shutdown, to be handed on again
// after the next start.
//
// Each call with a batch settles the spans in their requests' Settlement too. Call it once for each span.
//
// Threading: thread-safe.
class LaneAccount {
 public:
  LaneAccount(LaneId id, std::string pipeline, std::string exporter, Telemetry& telemetry);

  LaneId id() const { return id_; }
  const std::string& pipeline() const { return pipeline_; }
  const std::string& exporter() const { return exporter_; }

  // The lane holds `batch` from here on.
  void Handed(const otlp::TraceBatch& batch) { Handed(batch.span_count()); }
  // The lane's storage holds so much from an earlier run.
  void Handed(uint64_t spans) { handed_.Add(spans); }

  // The lane's storage has a copy of `batch`: this one ends here, its spans are held on.
  void Stored(const otlp::TraceBatch& batch) { Settle(batch); }
  // Stay in the lane's storage at shutdown.
  void Kept(uint64_t spans) { kept_.Add(spans); }

  // The backend took `batch`, but for `rejected` spans that it said it threw away.
  void Sent(const otlp::TraceBatch& batch, uint64_t rejected = 0);
  // The backend refused all of `batch` for good.
  void Rejected(const otlp::TraceBatch& batch);
  // For kShutdown, spans that are in the journal are kept instead; returns how many.
  uint64_t Dropped(const otlp::TraceBatch& batch, DropReason reason);

  // Spans of which nothing is left: by a bug of ours, or on a damaged disk.
  void Lost(uint64_t spans, DropReason reason = DropReason::kInternal);

  uint64_t handed() const { return handed_.count(); }
  uint64_t sent() const { return sent_.count(); }
  uint64_t rejected() const { return rejected_.count(); }
  uint64_t dropped(DropReason reason) const;
  uint64_t dropped() const;  // for all reasons
  uint64_t kept() const { return kept_.count(); }
  // What the exporter's queue counts itself, never the difference of the others.
  uint64_t held() const { return held_reader_ ? held_reader_() : 0; }
  void SetHeldReader(std::function<uint64_t()> reader) { held_reader_ = std::move(reader); }
  std::optional<Trouble> trouble() const {
    return trouble_reader_ ? trouble_reader_() : std::nullopt;
  }
  void SetTroubleReader(std::function<std::optional<Trouble>()> reader) {
    trouble_reader_ = std::move(reader);
  }

 private:
  void Settle(const otlp::TraceBatch& batch) const;

  const LaneId id_;
  const std::string pipeline_;
  const std::string exporter_;
  Counter& handed_;
  Counter& sent_;
  Counter& rejected_;
  Counter& kept_;
  std::array<Counter*, kDropReasonCount> dropped_;
  std::function<uint64_t()> held_reader_;
  std::function<std::optional<Trouble>()> trouble_reader_;
};

// Spans that a processor ends on purpose.
//   accepted = sampled out + filtered + dropped(reason) + handed to lanes + kept + held
//
// Threading: thread-safe.
class PipelineAccount {
 public:
  PipelineAccount(std::string name, LaneRange lanes, Telemetry& telemetry);

  const std::string& name() const { return name_; }
  LaneRange lanes() const { return lanes_; }

  void Accepted(uint64_t spans) { accepted_.Add(spans); }
  // All of `part` ends here, in every lane of this pipeline.
  void SampledOut(const otlp::BatchPart& part);
  // For kShutdown, spans that are in the journal are kept instead; returns how many.
  uint64_t Dropped(const otlp::TraceBatch& batch, DropReason reason);
  // Handed by the fan-out to every lane.
  void HandedToLanes(uint64_t spans) { handed_.Add(spans); }

  uint64_t accepted() const { return accepted_.count(); }
  uint64_t sampled_out() const { return sampled_out_.count(); }
  uint64_t dropped(DropReason reason) const;
  uint64_t dropped() const;  // for all reasons
  uint64_t handed() const { return handed_.count(); }
  uint64_t kept() const { return kept_.count(); }
  uint64_t held() const { return held_reader_ ? held_reader_() : 0; }
  void SetHeldReader(std::function<uint64_t()> reader) { held_reader_ = std::move(reader); }

 private:
  void Settle(const otlp::BatchPart& part) const;
  bool TryKeep(const otlp::BatchPart& part) const;

  const std::string name_;
  const LaneRange lanes_;
  Counter& accepted_;
  Counter& sampled_out_;
  Counter& handed_;
  Counter& kept_;
  std::array<Counter*, kDropReasonCount> dropped_;
  std::function<uint64_t()> held_reader_;
};

// All accounts of the service. Filled while the service is built, read at any time.
//
// Threading: thread-safe once the service is built.
class Ledger final : public otlp::SettlementObserver {
 public:
  explicit Ledger(Telemetry& telemetry, const Clock& clock) : telemetry_(telemetry), log_(clock) {}

  ReceiverAccount& AddReceiver(const std::string& receiver, const std::string& transport);
  // The pipeline and one lane for each of `exporters`.
  PipelineAccount& AddPipeline(const std::string& name, const std::vector<std::string>& exporters);

  LaneAccount& lane(LaneId id) { return lanes_[id]; }
  const std::deque<ReceiverAccount>& receivers() const { return receivers_; }
  const std::deque<PipelineAccount>& pipelines() const { return pipelines_; }
  const std::deque<LaneAccount>& lanes() const { return lanes_; }

  void OnLaneSettled(uint64_t /*sequence*/, LaneId /*lane*/) override {}
  void OnLost(LaneId lane, uint64_t spans) override;

 private:
  Telemetry& telemetry_;
  LogLimiter log_;
  std::deque<ReceiverAccount> receivers_;
  std::deque<PipelineAccount> pipelines_;
  std::deque<LaneAccount> lanes_;
};

}  // namespace spanhold
