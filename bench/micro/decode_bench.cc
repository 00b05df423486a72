// Validating and indexing a request, and what parsing it into protobuf objects would cost.

#include <benchmark/benchmark.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include "bench/micro/input.h"

namespace spanhold::bench {
namespace {

using opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest;

void Decode(benchmark::State& state) {
  const std::string wire = Wire(state.range(0));
  for (auto iteration : state) {
    benchmark::DoNotOptimize(
        otlp::Decode(Bytes::Adopt(wire, nullptr, Budget().Reserve(wire.size()))));
  }
  CountSpans(state, state.range(0), wire.size());
}
BENCHMARK(Decode)->Arg(1)->Arg(50)->Arg(kBatch)->Arg(8192);

void ProtobufParse(benchmark::State& state) {
  const std::string wire = Wire(state.range(0));
  for (auto iteration : state) {
    ExportTraceServiceRequest request;
    benchmark::DoNotOptimize(request.ParseFromString(wire));
  }
  CountSpans(state, state.range(0), wire.size());
}
BENCHMARK(ProtobufParse)->Arg(kBatch);

}  // namespace
}  // namespace spanhold::bench
