#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "src/core/clock.h"
#include "src/core/log.h"
#include "src/core/memory_budget.h"
#include "src/otlp/rewrite.h"
#include "src/pipeline/ledger.h"
#include "src/pipeline/processor.h"
#include "src/pipeline/telemetry.h"
#include "src/processor/probabilistic_sampler/config.h"
#include "src/processor/probabilistic_sampler/decision.h"

namespace spanhold::probabilistic_sampler {

// Keeps a share of all traces, whole, by their trace ids; see decision.h. What is not kept ends here
// as sampled out. Spans whose tracestate changes are written anew, the others stay shared.
//
// Threading: bound to the pipeline's worker.
// Ownership: `next`, `account`, `budget`, `clock` and `telemetry` must outlive it.
// Counts:    otelcol_processor_probabilistic_sampler_count_traces_sampled{policy,sampled} (spans,
//            in spite of its name), spanhold_processor_probabilistic_sampler_faults{fault},
//            otelcol_processor_incoming_items, _outgoing_items.
class ProbabilisticSampler final : public Processor {
 public:
  ProbabilisticSampler(const Config& config, const std::string& id, TraceConsumer& next,
                       PipelineAccount& account, MemoryBudget& budget, const Clock& clock,
                       Telemetry& telemetry);

  [[nodiscard]] Status Start() override { return {}; }
  void Consume(TraceBatch batch) override;
  [[nodiscard]] Status Shutdown(Deadline /*deadline*/) override { return {}; }

 private:
  // Decisions of one batch, counted once at its end.
  struct Tally {
    std::array<std::array<uint64_t, 2>, kPolicyCount> decisions{};  // [policy][kept]
    std::array<uint64_t, kFaultCount> faults{};
  };

  void Sample(const otlp::BatchPart& part, TraceBatch& kept, Tally& tally);
  void Count(const Tally& tally);

  // Constant after construction.
  const std::string id_;
  const bool fail_closed_;
  const Decider decider_;
  TraceConsumer& next_;
  PipelineAccount& account_;
  MemoryBudget& budget_;
  Counter& incoming_;
  Counter& outgoing_;
  std::array<std::array<Counter*, 2>, kPolicyCount> decisions_{};
  std::array<Counter*, kFaultCount> faults_{};
  LogLimiter fault_log_;

  std::vector<otlp::TraceStateChange> changes_;  // of one part; kept for its memory
};

}  // namespace spanhold::probabilistic_sampler
