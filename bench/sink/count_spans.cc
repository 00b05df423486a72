#include "bench/sink/count_spans.h"

#include <charconv>

#include "bench/numbered/span_number.h"
#include "src/otlp/wire.h"

namespace spanhold::bench {
namespace {

using otlp::MakeTag;
using otlp::WireCursor;
using otlp::WireType;

// Calls `walk(content)` for each field of `message` with that tag.
template <typename Walk>
bool ForEach(std::string_view message, uint32_t wanted, Walk&& walk) {
  WireCursor cursor(message);
  while (!cursor.done()) {
    uint32_t tag = 0;
    std::string_view content;
    if (!cursor.ReadTag(tag)) {
      return false;
    }
    if (tag != wanted) {
      if (!cursor.Skip(otlp::WireTypeOf(tag))) {
        return false;
      }
    } else if (!cursor.ReadBytes(content) || !walk(content)) {
      return false;
    }
  }
  return true;
}

// The id comes early in a span: there is no need to walk all of it. A span may have none.
bool CountSpan(std::string_view span, Arrivals& arrivals) {
  constexpr uint32_t kSpanId = MakeTag(2, WireType::kBytes);
  WireCursor cursor(span);
  while (!cursor.done()) {
    uint32_t tag = 0;
    if (!cursor.ReadTag(tag)) {
      return false;
    }
    if (tag != kSpanId) {
      if (!cursor.Skip(otlp::WireTypeOf(tag))) {
        return false;
      }
      continue;
    }
    std::string_view id;
    if (!cursor.ReadBytes(id) || (id.size() != 8 && !id.empty())) {
      return false;
    }
    if (!id.empty()) {
      arrivals.Count(LoadBigEndian(id.data()));
      return true;
    }
  }
  arrivals.CountForeign();
  return true;
}

}  // namespace

bool CountOtlp(std::string_view request, Arrivals& arrivals) {
  constexpr uint32_t kResourceSpans = MakeTag(1, WireType::kBytes);
  constexpr uint32_t kChild = MakeTag(2, WireType::kBytes);  // scope_spans and spans
  return ForEach(request, kResourceSpans, [&](std::string_view resource_spans) {
    return ForEach(resource_spans, kChild, [&](std::string_view scope_spans) {
      return ForEach(scope_spans, kChild,
                     [&](std::string_view span) { return CountSpan(span, arrivals); });
    });
  });
}

bool CountOtlpJson(std::string_view json, Arrivals& arrivals) {
  constexpr std::string_view kKey = "\"spanId\":\"";
  for (size_t at = json.find(kKey); at != std::string_view::npos; at = json.find(kKey, at)) {
    at += kKey.size();
    uint64_t id = 0;
    std::from_chars(json.data() + at, json.data() + std::min(at + 16, json.size()), id, 16);
    arrivals.Count(id);
  }
  return true;
}

}  // namespace spanhold::bench
