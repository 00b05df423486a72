// What a span costs in src/otlp, and what parsing it into protobuf objects would cost. `items` are
// spans.

#include <limits>
#include <string>

#include <benchmark/benchmark.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include "src/core/check.h"
#include "src/otlp/decode.h"
#include "src/otlp/encode.h"
#include "src/otlp/json_decode.h"
#include "src/otlp/json_encode.h"
#include "src/otlp/rewrite.h"
#include "src/otlp/views.h"

namespace spanhold::otlp {
namespace {

using opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest;
using opentelemetry::proto::common::v1::KeyValue;

MemoryBudget& Budget() {
  static auto* budget = new MemoryBudget(std::numeric_limits<uint64_t>::max());
  return *budget;
}

template <typename Attributes>
void AddString(Attributes* attributes, const std::string& key, const std::string& value) {
  KeyValue& attribute = *attributes->Add();
  attribute.set_key(key);
  attribute.mutable_value()->set_string_value(value);
}

template <typename Attributes>
void AddInt(Attributes* attributes, const std::string& key, int64_t value) {
  KeyValue& attribute = *attributes->Add();
  attribute.set_key(key);
  attribute.mutable_value()->set_int_value(value);
}

// An HTTP server span of 380 bytes with 8 attributes, as an SDK's instrumentation writes it.
ExportTraceServiceRequest MakeRequest(int spans) {
  ExportTraceServiceRequest request;
  auto& resource_spans = *request.add_resource_spans();
  auto* resource = resource_spans.mutable_resource()->mutable_attributes();
  AddString(resource, "service.name", "checkout");
  AddString(resource, "service.instance.id", "8f14e45f-ceea-467f-a0e6-5a6f3b9d1c2e");
  AddString(resource, "telemetry.sdk.language", "python");
  auto& scope_spans = *resource_spans.add_scope_spans();
  scope_spans.mutable_scope()->set_name("opentelemetry.instrumentation.fastapi");
  for (int i = 0; i < spans; ++i) {
    auto& span = *scope_spans.add_spans();
    std::string trace_id(16, '\x5b');
    trace_id[15] = static_cast<char>(i);
    span.set_trace_id(trace_id);
    span.set_span_id(std::string(8, '\x9e'));
    span.set_parent_span_id(std::string(8, '\x17'));
    span.set_name("GET /api/orders/{order_id}");
    span.set_kind(opentelemetry::proto::trace::v1::Span::SPAN_KIND_SERVER);
    span.set_start_time_unix_nano(1704067200123456789U + static_cast<uint64_t>(i));
    span.set_end_time_unix_nano(1704067200133456789U + static_cast<uint64_t>(i));
    auto* attributes = span.mutable_attributes();
    AddString(attributes, "http.request.method", "GET");
    AddString(attributes, "url.path", "/api/orders/8f14e45f-ceea-467f");
    AddString(attributes, "url.scheme", "http");
    AddString(attributes, "http.route", "/api/orders/{order_id}");
    AddString(attributes, "server.address", "checkout.internal");
    AddInt(attributes, "server.port", 8080);
    AddString(attributes, "client.address", "10.0.12.77");
    AddInt(attributes, "http.response.status_code", 200);
    span.mutable_status();
    span.set_flags(0x101);
  }
  return request;
}

std::string MakeWire(const benchmark::State& state) {
  return MakeRequest(static_cast<int>(state.range(0))).SerializeAsString();
}

ChunkPtr MakeChunk(const benchmark::State& state) {
  auto chunk = Decode(Bytes::Copy(MakeWire(state), Budget()));
  SPANHOLD_CHECK(chunk.ok());
  return *std::move(chunk);
}

void CountSpans(benchmark::State& state, size_t bytes) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
}

void BM_Decode(benchmark::State& state) {
  const std::string wire = MakeWire(state);
  for (auto iteration : state) {
    benchmark::DoNotOptimize(Decode(Bytes::Adopt(wire, nullptr, Budget().Reserve(wire.size()))));
  }
  CountSpans(state, wire.size());
}
BENCHMARK(BM_Decode)->Arg(1)->Arg(512)->Arg(8192);

void BM_ProtobufParse(benchmark::State& state) {
  const std::string wire = MakeWire(state);
  for (auto iteration : state) {
    ExportTraceServiceRequest request;
    benchmark::DoNotOptimize(request.ParseFromString(wire));
  }
  CountSpans(state, wire.size());
}
BENCHMARK(BM_ProtobufParse)->Arg(512);

// One chunk of that many spans.
void BM_Encode(benchmark::State& state) {
  const TraceBatch batch = TraceBatch::Whole(MakeChunk(state), nullptr);
  for (auto iteration : state) {
    benchmark::DoNotOptimize(Encode(batch, Budget()));
  }
  CountSpans(state, batch.span_bytes());
}
BENCHMARK(BM_Encode)->Arg(512)->Arg(8192);

// That many chunks of one span, of the same resource and scope.
void BM_EncodeSingles(benchmark::State& state) {
  const std::string wire = MakeRequest(1).SerializeAsString();
  TraceBatch batch;
  for (int64_t i = 0; i < state.range(0); ++i) {
    batch.Append(TraceBatch::Whole(*Decode(Bytes::Copy(wire, Budget())), nullptr));
  }
  for (auto iteration : state) {
    benchmark::DoNotOptimize(Encode(batch, Budget()));
  }
  CountSpans(state, batch.span_bytes());
}
BENCHMARK(BM_EncodeSingles)->Arg(512);

void BM_SpanView(benchmark::State& state) {
  const ChunkPtr chunk = MakeChunk(state);
  for (auto iteration : state) {
    for (uint32_t i = 0; i < chunk->spans.size(); ++i) {
      benchmark::DoNotOptimize(SpanView(chunk->span_message(i)).name());
    }
  }
  CountSpans(state, chunk->bytes.size());
}
BENCHMARK(BM_SpanView)->Arg(512);

// The last of eight attributes.
void BM_FindAttribute(benchmark::State& state) {
  const ChunkPtr chunk = MakeChunk(state);
  for (auto iteration : state) {
    for (uint32_t i = 0; i < chunk->spans.size(); ++i) {
      const SpanView span(chunk->span_message(i));
      benchmark::DoNotOptimize(FindAttribute(span.attributes(), "http.response.status_code"));
    }
  }
  CountSpans(state, chunk->bytes.size());
}
BENCHMARK(BM_FindAttribute)->Arg(512);

void BM_ReplaceTraceStates(benchmark::State& state) {
  const ChunkPtr chunk = MakeChunk(state);
  const auto count = static_cast<uint32_t>(chunk->spans.size());
  std::vector<TraceStateChange> changes;
  for (uint32_t i = 0; i < count; ++i) {
    changes.push_back({i, "ot=th:e668"});
  }
  const BatchPart part{chunk, nullptr, {{0, count}}};
  for (auto iteration : state) {
    benchmark::DoNotOptimize(ReplaceTraceStates(part, changes, Budget()));
  }
  CountSpans(state, chunk->bytes.size());
}
BENCHMARK(BM_ReplaceTraceStates)->Arg(512);

void BM_EncodeJson(benchmark::State& state) {
  const TraceBatch batch = TraceBatch::Whole(MakeChunk(state), nullptr);
  for (auto iteration : state) {
    benchmark::DoNotOptimize(EncodeJson(batch, Budget()));
  }
  CountSpans(state, batch.span_bytes());
}
BENCHMARK(BM_EncodeJson)->Arg(512);

// `bytes` are those of the JSON.
void BM_DecodeJson(benchmark::State& state) {
  const Bytes json = EncodeJson(TraceBatch::Whole(MakeChunk(state), nullptr), Budget());
  for (auto iteration : state) {
    benchmark::DoNotOptimize(DecodeJson(json.view(), Budget()));
  }
  CountSpans(state, json.size());
}
BENCHMARK(BM_DecodeJson)->Arg(512);

}  // namespace
}  // namespace spanhold::otlp
