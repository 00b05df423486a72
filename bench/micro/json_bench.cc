// OTLP in JSON, both ways. `bytes` are those of the JSON.

#include <benchmark/benchmark.h>

#include "bench/micro/input.h"
#include "src/otlp/json_decode.h"
#include "src/otlp/json_encode.h"

namespace spanhold::bench {
namespace {

void EncodeJson(benchmark::State& state) {
  const otlp::TraceBatch batch = otlp::TraceBatch::Whole(ChunkOf(state.range(0)), nullptr);
  size_t bytes = 0;
  for (auto iteration : state) {
    bytes = otlp::EncodeJson(batch, Budget()).size();
    benchmark::DoNotOptimize(bytes);
  }
  CountSpans(state, state.range(0), bytes);
}
BENCHMARK(EncodeJson)->Arg(50)->Arg(kBatch);

void DecodeJson(benchmark::State& state) {
  NumberedRequest request(Format::kJson, static_cast<uint32_t>(state.range(0)));
  const std::string_view json = request.Number(0);
  for (auto iteration : state) {
    benchmark::DoNotOptimize(otlp::DecodeJson(json, Budget()));
  }
  CountSpans(state, state.range(0), json.size());
}
BENCHMARK(DecodeJson)->Arg(50)->Arg(kBatch);

}  // namespace
}  // namespace spanhold::bench
