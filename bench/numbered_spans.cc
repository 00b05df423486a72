#include "bench/numbered_spans.h"

#include <cstring>

#include "src/otlp/wire.h"

namespace spanhold::bench {
namespace {

using otlp::MakeTag;
using otlp::WireCursor;
using otlp::WireType;

void AppendVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7U) {
    out += static_cast<char>(value | 0x80U);
  }
  out += static_cast<char>(value);
}

std::string Field(uint32_t number, std::string_view content) {
  std::string out;
  AppendVarint(out, MakeTag(number, WireType::kBytes));
  AppendVarint(out, content.size());
  out += content;
  return out;
}

std::string Attribute(std::string_view key, std::string_view value) {
  return Field(1, key) + Field(2, Field(1, value));
}

std::string Fixed64(uint32_t number, uint64_t value) {
  std::string out;
  AppendVarint(out, MakeTag(number, WireType::kFixed64));
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
  return out;
}

// A server span of a web framework's instrumentation.
std::string SpanMessage() {
  std::string span = Field(1, std::string(16, 'T')) + Field(2, std::string(8, 'S')) +
                     Field(4, std::string(8, 'P')) + Field(5, "GET /api/v1/orders/{order_id}");
  span += std::string("\x30\x02", 2);  // kind: SERVER
  span += Fixed64(7, 1'700'000'000'000'000'000) + Fixed64(8, 1'700'000'000'012'345'678);
  for (const auto& [key, value] :
       {std::pair("http.request.method", "GET"),
        std::pair("http.route", "/api/v1/orders/{order_id}"),
        std::pair("url.path", "/api/v1/orders/8f14e45f"),
        std::pair("server.address", "orders.internal"), std::pair("client.address", "10.12.44.7"),
        std::pair("user_agent.original", "python-requests/2.32.3"),
        std::pair("enduser.tier", "gold")}) {
    span += Field(9, Attribute(key, value));
  }
  span += Field(15, std::string("\x18\x01", 2));  // status: OK
  return span;
}

}  // namespace

RequestMaker::RequestMaker(uint32_t spans_per_request) {
  constexpr uint32_t kSpansPerService = 128;
  const std::string span = Field(2, SpanMessage());
  const size_t trace_id = span.find(std::string(16, 'T'));
  const size_t span_id = span.find(std::string(8, 'S'));
  for (uint32_t first = 0; first < spans_per_request; first += kSpansPerService) {
    const uint32_t count = std::min(kSpansPerService, spans_per_request - first);
    const std::string service = "service-" + std::to_string(first / kSpansPerService);
    const std::string resource =
        Field(1, Field(1, Attribute("service.name", service)) +
                     Field(1, Attribute("telemetry.sdk.language", "python")));
    const std::string scope = Field(1, Field(1, "opentelemetry.instrumentation.fastapi"));
    std::string spans;
    for (uint32_t i = 0; i < count; ++i) {
      spans += span;
    }
    const std::string scope_spans = Field(2, scope + spans);
    const std::string resource_spans = Field(1, resource + scope_spans);
    const size_t spans_begin = template_.size() + resource_spans.size() - spans.size();
    for (uint32_t i = 0; i < count; ++i) {
      trace_ids_.push_back(spans_begin + i * span.size() + trace_id);
      span_ids_.push_back(spans_begin + i * span.size() + span_id);
    }
    template_ += resource_spans;
  }
}

std::string RequestMaker::Make(uint64_t first) {
  std::string request = template_;
  for (size_t i = 0; i < span_ids_.size(); ++i) {
    const uint64_t number = first + i;
    // Mixed, so that samplers see ids as random as real ones (the finaliser of SplitMix64).
    uint64_t mixed = number / 4 + 0x9E3779B97F4A7C15;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EB;
    mixed ^= mixed >> 31U;
    std::memcpy(request.data() + trace_ids_[i], &mixed, sizeof mixed);
    std::memcpy(request.data() + trace_ids_[i] + 8, &mixed, sizeof mixed);
    std::memcpy(request.data() + span_ids_[i], &number, sizeof number);
  }
  return request;
}

void ArrivalCounter::CountOne(uint64_t number) {
  if (number >= spans_) {
    return;
  }
  const uint64_t bit = uint64_t{1} << (number % 64);
  if ((seen_[number / 64].fetch_or(bit) & bit) != 0) {
    ++doubled_;
  } else {
    ++arrived_;
  }
}

bool ArrivalCounter::Count(std::string_view request) {
  constexpr uint32_t kResourceSpans = MakeTag(1, WireType::kBytes);
  constexpr uint32_t kChild = MakeTag(2, WireType::kBytes);  // scope_spans, spans, span_id
  // Calls `walk(content)` for each field of `message` with that tag.
  const auto each = [](std::string_view message, uint32_t wanted, auto&& walk) {
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
  };
  return each(request, kResourceSpans, [&](std::string_view resource_spans) {
    return each(resource_spans, kChild, [&](std::string_view scope_spans) {
      return each(scope_spans, kChild, [&](std::string_view span) {
        // The id comes early in a span: no need to walk all of it.
        WireCursor cursor(span);
        uint32_t tag = 0;
        while (cursor.ReadTag(tag)) {
          std::string_view content;
          if (tag == kChild && cursor.ReadBytes(content) && content.size() == 8) {
            uint64_t number = 0;
            std::memcpy(&number, content.data(), sizeof number);
            CountOne(number);
            return true;
          }
          if (tag == kChild || !cursor.Skip(otlp::WireTypeOf(tag))) {
            return false;
          }
        }
        return false;
      });
    });
  });
}

}  // namespace spanhold::bench
