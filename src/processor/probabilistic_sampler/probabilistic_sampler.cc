#include "src/processor/probabilistic_sampler/probabilistic_sampler.h"

#include <utility>

namespace spanhold::probabilistic_sampler {
namespace {

Counter& ItemCounter(Telemetry& telemetry, const std::string& direction, const std::string& id) {
  return telemetry.AddCounter("otelcol_processor_" + direction + "_items",
                              "Spans that came to or left a processor.",
                              {{"processor", id}, {"otel_signal", "traces"}});
}

}  // namespace

ProbabilisticSampler::ProbabilisticSampler(const Config& config, const std::string& id,
                                           TraceConsumer& next, PipelineAccount& account,
                                           MemoryBudget& budget, const Clock& clock,
                                           Telemetry& telemetry)
    : id_(id),
      fail_closed_(config.fail_closed),
      decider_(config),
      next_(next),
      account_(account),
      budget_(budget),
      incoming_(ItemCounter(telemetry, "incoming", id)),
      outgoing_(ItemCounter(telemetry, "outgoing", id)),
      fault_log_(clock) {
  for (size_t policy = 0; policy < kPolicyCount; ++policy) {
    for (const bool kept : {false, true}) {
      decisions_[policy][kept ? 1 : 0] =
          &telemetry.AddCounter("otelcol_processor_probabilistic_sampler_count_traces_sampled",
                                "Spans that were sampled or not.",
                                {{"processor", id},
                                 {"policy", std::string(PolicyName(static_cast<Policy>(policy)))},
                                 {"sampled", kept ? "true" : "false"}});
    }
  }
  for (size_t fault = 0; fault < kFaultCount; ++fault) {
    faults_[fault] = &telemetry.AddCounter(
        "spanhold_processor_probabilistic_sampler_faults",
        "Spans that sampling could not decide on by its rule; fail_closed decided.",
        {{"processor", id}, {"fault", std::string(FaultName(static_cast<Fault>(fault)))}});
  }
}

void ProbabilisticSampler::Consume(TraceBatch batch) {
  Tally tally;
  TraceBatch kept;
  for (const otlp::BatchPart& part : batch.parts()) {
    Sample(part, kept, tally);
  }
  incoming_.Add(batch.span_count());
  outgoing_.Add(kept.span_count());
  Count(tally);
  if (!kept.empty()) {
    next_.Consume(std::move(kept));
  }
}

void ProbabilisticSampler::Sample(const otlp::BatchPart& part, TraceBatch& kept, Tally& tally) {
  otlp::BatchPart unchanged{part.chunk, part.settlement, {}};
  otlp::BatchPart sampled_out{part.chunk, part.settlement, {}};
  changes_.clear();
  for (const otlp::SpanRange& range : part.ranges) {
    for (uint32_t span = range.first; span < range.last; ++span) {
      Decision decision =
          decider_.Decide(part.chunk->trace_id(span), ScanSpan(part.chunk->span_message(span)));
      ++tally.decisions[static_cast<size_t>(decision.policy)][decision.keep ? 1 : 0];
      if (decision.fault) {
        ++tally.faults[static_cast<size_t>(*decision.fault)];
      }
      if (!decision.keep) {
        sampled_out.Add(span);
      } else if (decision.trace_state) {
        changes_.push_back({span, *std::move(decision.trace_state)});
      } else {
        unchanged.Add(span);
      }
    }
  }
  kept.Append(std::move(unchanged));
  if (!changes_.empty()) {
    kept.Append(otlp::ReplaceTraceStates(part, changes_, budget_));
  }
  account_.SampledOut(sampled_out);
}

void ProbabilisticSampler::Count(const Tally& tally) {
  for (size_t policy = 0; policy < kPolicyCount; ++policy) {
    for (size_t kept = 0; kept < 2; ++kept) {
      decisions_[policy][kept]->Add(tally.decisions[policy][kept]);
    }
  }
  for (size_t fault = 0; fault < kFaultCount; ++fault) {
    if (tally.faults[fault] == 0) {
      continue;
    }
    faults_[fault]->Add(tally.faults[fault]);
    fault_log_.Log(
        fail_closed_ ? LogLevel::kWarn : LogLevel::kInfo, id_,
        fail_closed_ ? "spans dropped that sampling cannot decide on (fail_closed: true)"
                     : "spans kept that sampling cannot decide on (fail_closed: false)",
        {{"reason", FaultMessage(static_cast<Fault>(fault))}, {"spans", tally.faults[fault]}});
  }
}

}  // namespace spanhold::probabilistic_sampler
