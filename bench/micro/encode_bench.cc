// Merging chunks into a batch, and writing it as one request.

#include <benchmark/benchmark.h>

#include "bench/micro/input.h"
#include "src/otlp/encode.h"
#include "src/otlp/rewrite.h"

namespace spanhold::bench {
namespace {

// One chunk of that many spans.
void Encode(benchmark::State& state) {
  const otlp::TraceBatch batch = otlp::TraceBatch::Whole(ChunkOf(state.range(0)), nullptr);
  for (auto iteration : state) {
    benchmark::DoNotOptimize(otlp::Encode(batch, Budget()));
  }
  CountSpans(state, state.range(0), batch.span_bytes());
}
BENCHMARK(Encode)->Arg(kBatch)->Arg(8192);

// That many chunks of one span, of the same resource and scope.
void EncodeSingles(benchmark::State& state) {
  const otlp::TraceBatch batch = Joined(SingleChunks(state.range(0)));
  for (auto iteration : state) {
    benchmark::DoNotOptimize(otlp::Encode(batch, Budget()));
  }
  CountSpans(state, state.range(0), batch.span_bytes());
}
BENCHMARK(EncodeSingles)->Arg(kBatch);

void MergeSingles(benchmark::State& state) {
  const std::vector<otlp::ChunkPtr> chunks = SingleChunks(state.range(0));
  size_t bytes = 0;
  for (auto iteration : state) {
    bytes = Joined(chunks).span_bytes();
    benchmark::DoNotOptimize(bytes);
  }
  CountSpans(state, state.range(0), bytes);
}
BENCHMARK(MergeSingles)->Arg(kBatch);

// What a sampler costs that writes its threshold into every span.
void ReplaceTraceStates(benchmark::State& state) {
  const otlp::ChunkPtr chunk = ChunkOf(state.range(0));
  const auto count = static_cast<uint32_t>(chunk->spans.size());
  std::vector<otlp::TraceStateChange> changes;
  for (uint32_t i = 0; i < count; ++i) {
    changes.push_back({i, "ot=th:e668"});
  }
  const otlp::BatchPart part{chunk, nullptr, {{0, count}}};
  for (auto iteration : state) {
    benchmark::DoNotOptimize(otlp::ReplaceTraceStates(part, changes, Budget()));
  }
  CountSpans(state, state.range(0), chunk->bytes.size());
}
BENCHMARK(ReplaceTraceStates)->Arg(kBatch);

}  // namespace
}  // namespace spanhold::bench
