// Reading a field or an attribute of each span on demand.

#include <benchmark/benchmark.h>

#include "bench/micro/input.h"
#include "src/otlp/views.h"

namespace spanhold::bench {
namespace {

void ReadName(benchmark::State& state) {
  const otlp::ChunkPtr chunk = ChunkOf(kBatch);
  for (auto iteration : state) {
    for (uint32_t i = 0; i < chunk->spans.size(); ++i) {
      benchmark::DoNotOptimize(otlp::SpanView(chunk->span_message(i)).name());
    }
  }
  CountSpans(state, kBatch, chunk->bytes.size());
}
BENCHMARK(ReadName);

// The last of eight attributes.
void FindAttribute(benchmark::State& state) {
  const otlp::ChunkPtr chunk = ChunkOf(kBatch);
  for (auto iteration : state) {
    for (uint32_t i = 0; i < chunk->spans.size(); ++i) {
      const otlp::SpanView span(chunk->span_message(i));
      benchmark::DoNotOptimize(otlp::FindAttribute(span.attributes(), "http.response.status_code"));
    }
  }
  CountSpans(state, kBatch, chunk->bytes.size());
}
BENCHMARK(FindAttribute);

}  // namespace
}  // namespace spanhold::bench
