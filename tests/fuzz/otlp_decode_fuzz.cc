// A request as bytes: whatever Decode() accepts must encode to something it accepts too, with the
// same spans, and must be readable through every view and as JSON.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/check.h"
#include "src/otlp/decode.h"
#include "src/otlp/encode.h"
#include "src/otlp/json_decode.h"
#include "src/otlp/json_encode.h"
#include "src/otlp/rewrite.h"
#include "src/otlp/views.h"

namespace spanhold::otlp {
namespace {

// The spans of a batch, sorted: encoding may regroup them.
std::vector<std::string> Spans(const TraceBatch& batch) {
  std::vector<std::string> spans;
  batch.ForEachSpan([&](const BatchPart& part, uint32_t index) {
    spans.emplace_back(part.chunk->span_message(index));
  });
  std::sort(spans.begin(), spans.end());
  return spans;
}

void ReadAll(const AttributeRange& attributes, std::string& text) {
  for (const AttributeView& attribute : attributes) {
    AppendAnyValueJson(text, attribute.value());
  }
}

void ReadViews(const TraceBatch& batch) {
  std::string text;
  batch.ForEachSpan([&](const BatchPart& part, uint32_t index) {
    const Chunk& chunk = *part.chunk;
    const Scope& scope = chunk.scopes[chunk.spans[index].scope];
    ReadAll(ResourceView(chunk, chunk.resources[scope.resource]).attributes(), text);
    ReadAll(ScopeView(chunk, scope.header).attributes(), text);
    const SpanView span(chunk.span_message(index));
    SPANHOLD_CHECK(span.trace_id() == chunk.trace_id(index));
    ReadAll(span.attributes(), text);
    for (const EventView& event : span.events()) {
      ReadAll(event.attributes(), text);
    }
    for (const LinkView& link : span.links()) {
      ReadAll(link.attributes(), text);
    }
  });
}

void RewriteEverySpan(const TraceBatch& batch, MemoryBudget& budget) {
  std::vector<TraceStateChange> changes;
  for (uint32_t i = 0; i < batch.span_count(); ++i) {
    changes.push_back({i, i % 3 == 0 ? "" : "ot=th:8"});
  }
  const BatchPart changed = ReplaceTraceStates(batch.parts()[0], changes, budget);
  const auto decoded = Decode(Bytes::Copy(changed.chunk->bytes.view(), budget));
  SPANHOLD_CHECK(decoded.ok() && (*decoded)->spans.size() == changes.size());
}

void Run(std::string_view input) {
  MemoryBudget budget(std::numeric_limits<uint64_t>::max());
  const auto chunk = Decode(Bytes::Copy(input, budget));
  if (!chunk.ok()) {
    return;
  }
  const TraceBatch batch = TraceBatch::Whole(*chunk, nullptr);
  ReadViews(batch);

  const auto again = Decode(Encode(batch, budget));
  SPANHOLD_CHECK(again.ok());
  SPANHOLD_CHECK(Spans(TraceBatch::Whole(*again, nullptr)) == Spans(batch));

  const Bytes json = EncodeJson(batch, budget);
  const auto from_json = DecodeJson(json.view(), budget);
  SPANHOLD_CHECK(from_json.ok() && (*from_json)->spans.size() == batch.span_count());

  if (!batch.empty()) {
    RewriteEverySpan(batch, budget);
  }
}

}  // namespace
}  // namespace spanhold::otlp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  spanhold::otlp::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
