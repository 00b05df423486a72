// probabilistic_sampler on requests of 512 spans with ten attributes each, as an SDK sends them.

#include <memory>
#include <random>
#include <string>

#include <benchmark/benchmark.h>

#include "src/core/check.h"
#include "src/otlp/decode.h"
#include "src/processor/probabilistic_sampler/probabilistic_sampler.h"
#include "tests/otlp/wire_build.h"
#include "tests/support/make_batch.h"
#include "tests/support/manual_clock.h"

namespace spanhold::bench {
namespace {

using otlp::Field;
using probabilistic_sampler::Config;
using probabilistic_sampler::Mode;
using probabilistic_sampler::ProbabilisticSampler;

constexpr uint32_t kSpans = 512;

otlp::ChunkPtr Request(const std::string& trace_state) {
  std::mt19937_64 random(1);
  std::string spans;
  for (uint32_t i = 0; i < kSpans; ++i) {
    std::string id(16, '\0');
    for (char& c : id) {
      c = static_cast<char>(random());
    }
    std::string span = Field(1, id) + Field(2, id.substr(8)) + Field(4, id.substr(8)) +
                       Field(5, "GET /api/users/{id}") + otlp::Fixed64Field(7, random()) +
                       otlp::Fixed64Field(8, random());
    if (!trace_state.empty()) {
      span += Field(3, trace_state);
    }
    for (int attribute = 0; attribute < 10; ++attribute) {
      span += Field(9, otlp::StringAttribute("http.attribute." + std::to_string(attribute),
                                             "value " + std::to_string(random() % 1000)));
    }
    spans += Field(2, span);
  }
  auto chunk = otlp::Decode(Bytes::Copy(Field(1, Field(2, spans)), TestBudget()));
  SPANHOLD_CHECK(chunk.ok());
  return *std::move(chunk);
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
  const ManualClock clock;
  Telemetry telemetry;
  Ledger ledger(telemetry, clock);
  PipelineAccount& account = ledger.AddPipeline("traces", {"otlp"});
  Sink sink(ledger.lane(0));
  Config config;
  config.mode = mode;
  config.sampling_percentage = percentage;
  ProbabilisticSampler sampler(config, "sampler", sink, account, TestBudget(), clock, telemetry);
  for (auto _ : state) {
    sampler.Consume(otlp::TraceBatch::Whole(
        request,
        std::make_shared<otlp::Settlement>(1, kSpans, std::vector<LaneRange>{{0, 1}}, ledger)));
  }
  state.SetItemsProcessed(state.iterations() * kSpans);
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
