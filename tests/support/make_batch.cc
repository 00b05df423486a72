#include "tests/support/make_batch.h"

#include <limits>

#include "src/core/check.h"
#include "src/otlp/decode.h"

namespace spanhold {
namespace {

void AppendVarint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>((value & 0x7FU) | 0x80U);
    value >>= 7U;
  }
  out += static_cast<char>(value);
}

// A length-delimited field.
std::string Field(uint32_t number, const std::string& content) {
  std::string out;
  AppendVarint(out, (number << 3U) | 2U);
  AppendVarint(out, content.size());
  return out + content;
}

std::string StringAttribute(const std::string& key, const std::string& value) {
  return Field(1, key) + Field(2, Field(1, value));
}

std::string SpanMessage(const SpanSpec& spec) {
  std::string span = Field(1, std::string(16, static_cast<char>(spec.trace))) +
                     Field(2, std::string(8, static_cast<char>(spec.span)));
  if (!spec.trace_state.empty()) {
    span += Field(3, spec.trace_state);
  }
  return span + Field(5, spec.name);
}

}  // namespace

MemoryBudget& TestBudget() {
  // Never destroyed: test data may outlive main().
  static auto* budget = new MemoryBudget(std::numeric_limits<uint64_t>::max());
  return *budget;
}

std::string MakeRequest(const std::vector<SpanSpec>& spans, const std::string& service) {
  std::string scope_spans = Field(1, Field(1, "test-scope"));
  for (const SpanSpec& spec : spans) {
    scope_spans += Field(2, SpanMessage(spec));
  }
  const std::string resource = Field(1, StringAttribute("service.name", service));
  return Field(1, Field(1, resource) + Field(2, scope_spans));
}

otlp::ChunkPtr MakeChunk(const std::vector<SpanSpec>& spans, const std::string& service) {
  auto chunk = otlp::Decode(Bytes::Copy(MakeRequest(spans, service), TestBudget()));
  SPANHOLD_CHECK(chunk.ok());
  return *std::move(chunk);
}

otlp::TraceBatch MakeBatch(const std::vector<SpanSpec>& spans, otlp::SettlementObserver& observer,
                           otlp::LaneId lanes) {
  const auto settlement = std::make_shared<otlp::Settlement>(
      1, static_cast<uint32_t>(spans.size()), std::vector<otlp::LaneRange>{{0, lanes}}, observer);
  return otlp::TraceBatch::Whole(MakeChunk(spans), settlement);
}

std::vector<SpanSpec> NumberedSpans(size_t count) {
  std::vector<SpanSpec> spans(count);
  for (size_t i = 0; i < count; ++i) {
    spans[i].name = "span-" + std::to_string(i);
    spans[i].span = static_cast<uint8_t>(i % 255 + 1);
  }
  return spans;
}

}  // namespace spanhold
