// Deciding on each span of a request, and cutting out those that stay.

#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/micro/input.h"
#include "src/core/clock.h"
#include "src/otlp/rewrite.h"
#include "src/pipeline/ledger.h"
#include "src/processor/probabilistic_sampler/probabilistic_sampler.h"

namespace spanhold::bench {
namespace {

using probabilistic_sampler::Config;
using probabilistic_sampler::Mode;
using probabilistic_sampler::ProbabilisticSampler;

// With that trace state in each span.
otlp::ChunkPtr Request(const std::string& trace_state) {
  otlp::ChunkPtr chunk = ChunkOf(kBatch);
  if (trace_state.empty()) {
    return chunk;
  }
  std::vector<otlp::TraceStateChange> changes;
  for (uint32_t i = 0; i < kBatch; ++i) {
    changes.push_back({i, trace_state});
  }
  return otlp::ReplaceTraceStates({chunk, nullptr, {{0, kBatch}}}, changes, Budget()).chunk;
}

// Ends what the sampler keeps.
class Sink final : public TraceConsumer {
 public:
  explicit Sink(LaneAccount& account) : account_(account) {}
  void Consume(TraceBatch batch) override { account_.Sent(batch); }

 private:
  LaneAccount& account_;
};

void Sample(benchmark::State& state, Mode mode, double percentage, const std::string& trace_state) {
  const otlp::ChunkPtr request = Request(trace_state);
  const SystemClock clock;
  Telemetry telemetry;
  Ledger ledger(telemetry, clock);
  PipelineAccount& account = ledger.AddPipeline("traces", {"otlp"});
  Sink sink(ledger.lane(0));
  Config config;
  config.mode = mode;
  config.sampling_percentage = percentage;
  ProbabilisticSampler sampler(config, "sampler", sink, account, Budget(), clock, telemetry);
  for (auto iteration : state) {
    sampler.Consume(otlp::TraceBatch::Whole(
        request,
        std::make_shared<otlp::Settlement>(1, kBatch, std::vector<LaneRange>{{0, 1}}, ledger)));
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}

BENCHMARK_CAPTURE(Sample, hash_seed_1_percent, Mode::kHashSeed, 1, "");
BENCHMARK_CAPTURE(Sample, hash_seed_10_percent, Mode::kHashSeed, 10, "");
BENCHMARK_CAPTURE(Sample, hash_seed_100_percent, Mode::kHashSeed, 100, "");
BENCHMARK_CAPTURE(Sample, equalizing_10_percent, Mode::kEqualizing, 10, "");
BENCHMARK_CAPTURE(Sample, equalizing_10_percent_of_sampled, Mode::kEqualizing, 10,
                  "ot=th:0,vendor=value");
BENCHMARK_CAPTURE(Sample, proportional_10_percent_of_sampled, Mode::kProportional, 10,
                  "ot=th:0,vendor=value");

}  // namespace
}  // namespace spanhold::bench
