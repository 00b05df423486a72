// Translating a batch for Jaeger: split by process, then written in either of its protocols.

#include <benchmark/benchmark.h>

#include "bench/micro/input.h"
#include "src/exporter/jaeger/encode.h"
#include "src/exporter/jaeger/split.h"

namespace spanhold::bench {
namespace {

using Encoder = StatusOr<Bytes> (*)(const otlp::TraceBatch&, MemoryBudget&);

void Encode(benchmark::State& state, Encoder encode) {
  const otlp::TraceBatch batch = otlp::TraceBatch::Whole(ChunkOf(kBatch), nullptr);
  for (auto iteration : state) {
    for (const otlp::TraceBatch& request : jaeger::SplitByProcess(batch)) {
      const StatusOr<Bytes> encoded = encode(request, Budget());
      SPANHOLD_CHECK(encoded.ok());
    }
  }
  CountSpans(state, kBatch, batch.span_bytes());
}
BENCHMARK_CAPTURE(Encode, thrift, jaeger::EncodeThrift);
BENCHMARK_CAPTURE(Encode, proto, jaeger::EncodeProto);

void Split(benchmark::State& state) {
  const otlp::TraceBatch batch = otlp::TraceBatch::Whole(ChunkOf(kBatch), nullptr);
  for (auto iteration : state) {
    benchmark::DoNotOptimize(jaeger::SplitByProcess(batch));
  }
  CountSpans(state, kBatch, batch.span_bytes());
}
BENCHMARK(Split);

}  // namespace
}  // namespace spanhold::bench
