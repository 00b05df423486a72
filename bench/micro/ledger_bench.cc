// Counting: what the ledger and the settlement of its requests add to a batch on its way through one
// pipeline and one lane.

#include <benchmark/benchmark.h>

#include "bench/micro/input.h"
#include "src/core/clock.h"
#include "src/pipeline/ledger.h"

namespace spanhold::bench {
namespace {

// A batch of kBatch spans that came in requests of range(0).
void Count(benchmark::State& state) {
  const SystemClock clock;
  Telemetry telemetry;
  Ledger ledger(telemetry, clock);
  PipelineAccount& pipeline = ledger.AddPipeline("traces", {"otlp"});
  LaneAccount& lane = ledger.lane(0);
  std::vector<otlp::ChunkPtr> chunks;
  for (int64_t first = 0; first < kBatch; first += state.range(0)) {
    chunks.push_back(ChunkOf(state.range(0), static_cast<uint64_t>(first)));
  }
  for (auto iteration : state) {
    otlp::TraceBatch batch;
    for (const otlp::ChunkPtr& chunk : chunks) {
      const auto spans = static_cast<uint32_t>(chunk->spans.size());
      pipeline.Accepted(spans);
      batch.Append(otlp::TraceBatch::Whole(
          chunk,
          std::make_shared<otlp::Settlement>(0, spans, std::vector<LaneRange>{{0, 1}}, ledger)));
    }
    pipeline.HandedToLanes(batch.span_count());
    lane.Handed(batch);
    lane.Sent(batch);
  }
  CountSpans(state, kBatch, 0);
}
BENCHMARK(Count)->Arg(1)->Arg(64)->Arg(kBatch);

// One count, by several threads at once.
void AddOne(benchmark::State& state) {
  const SystemClock clock;
  Telemetry telemetry;
  Ledger ledger(telemetry, clock);
  PipelineAccount& pipeline = ledger.AddPipeline("traces", {"otlp"});
  for (auto iteration : state) {
    pipeline.Accepted(1);
  }
  CountSpans(state, 1, 0);
}
BENCHMARK(AddOne)->ThreadRange(1, 4);

}  // namespace
}  // namespace spanhold::bench
