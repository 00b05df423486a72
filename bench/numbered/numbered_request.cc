#include "bench/numbered/numbered_request.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "bench/numbered/span_number.h"
#include "src/core/check.h"
#include "src/otlp/decode.h"
#include "src/otlp/json_encode.h"
#include "tests/otlp/wire_build.h"

namespace spanhold::bench {
namespace {

using otlp::Field;
using otlp::Fixed64Field;
using otlp::StringAttribute;
using otlp::VarintField;

constexpr uint32_t kSpansPerService = 128;
constexpr uint64_t kSpansPerTrace = 4;

// The finaliser of SplitMix64: what is alike in the template differs as real data does, but is the
// same in every run.
uint64_t Mix(uint64_t value) {
  value += kScatter;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EB;
  return value ^ (value >> 31U);
}

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<uint8_t>(c) >> 4U];
    hex += kDigits[static_cast<uint8_t>(c) & 0xFU];
  }
  return hex;
}

std::string Id(uint64_t value) {
  std::string id(8, '\0');
  StoreBigEndian(value, id.data());
  return id;
}

// A server span; trace id and span id come first, at the places that FindIds() looks at.
std::string SpanMessage(uint32_t index) {
  constexpr std::array<const char*, 5> kRoutes = {"/api/v1/orders/{order_id}", "/api/v1/carts/{id}",
                                                  "/api/v1/customers/{id}/invoices",
                                                  "/api/v1/stock", "/api/v1/payments/{payment_id}"};
  constexpr std::array<const char*, 3> kAgents = {"python-requests/2.32.3", "okhttp/4.12.0",
                                                  "Mozilla/5.0 (X11; Linux x86_64)"};
  constexpr uint64_t kStart = 1'700'000'000'000'000'000;
  const uint64_t random = Mix(index);
  const std::string route = kRoutes[random % kRoutes.size()];
  const std::string method = random % 7 == 0 ? "POST" : "GET";
  const uint64_t start = kStart + index * 1'250'000 + random % 1'000'000;
  std::string span = Field(1, std::string(16, '\1')) + Field(2, std::string(8, '\1')) +
                     Field(4, Id(Mix(random))) + Field(5, method + " " + route) +
                     VarintField(6, 2) + Fixed64Field(7, start) +
                     Fixed64Field(8, start + random % 80'000'000);
  const std::string order = Hex(Id(Mix(random + 1)));
  for (const auto& [key, value] :
       {std::pair<std::string, std::string>("http.request.method", method),
        {"http.route", route},
        {"url.path", route.substr(0, route.find('{')) + order},
        {"url.scheme", "http"},
        {"server.address", "shop.internal"},
        {"client.address", "10.12." + std::to_string(random % 200) + "." + std::to_string(index)},
        {"user_agent.original", kAgents[random % kAgents.size()]}}) {
    span += Field(9, StringAttribute(key, value));
  }
  const uint64_t status = random % 50 == 0 ? 503 : 200;
  span += Field(9, Field(1, "http.response.status_code") + Field(2, VarintField(3, status)));
  return span + Field(15, status == 503 ? VarintField(3, 2) : "");
}

std::string ResourceSpans(uint32_t service, uint32_t first, uint32_t spans) {
  const std::string name = "service-" + std::to_string(service);
  const std::string resource = Field(1, StringAttribute("service.name", name)) +
                               Field(1, StringAttribute("service.instance.id", name + "-7d9f")) +
                               Field(1, StringAttribute("telemetry.sdk.language", "python"));
  std::string scope_spans = Field(1, Field(1, "opentelemetry.instrumentation.fastapi"));
  for (uint32_t i = 0; i < spans; ++i) {
    scope_spans += Field(2, SpanMessage(first + i));
  }
  return Field(1, resource) + Field(2, scope_spans);
}

otlp::ChunkPtr DecodeOwn(const std::string& request, MemoryBudget& budget) {
  auto chunk = otlp::Decode(Bytes::Copy(request, budget));
  SPANHOLD_CHECK(chunk.ok());
  return *std::move(chunk);
}

void Store(Format format, uint64_t id, char* out) {
  if (format == Format::kProtobuf) {
    StoreBigEndian(id, out);
    return;
  }
  const std::string hex = Hex(Id(id));
  std::memcpy(out, hex.data(), hex.size());
}

}  // namespace

NumberedRequest::NumberedRequest(Format format, uint32_t spans) : format_(format) {
  for (uint32_t first = 0; first < spans; first += kSpansPerService) {
    bytes_ += Field(1, ResourceSpans(first / kSpansPerService, first,
                                     std::min(kSpansPerService, spans - first)));
  }
  FindIds();
}

void NumberedRequest::FindIds() {
  MemoryBudget budget(UINT64_MAX);
  const otlp::ChunkPtr chunk = DecodeOwn(bytes_, budget);
  if (format_ == Format::kProtobuf) {
    for (uint32_t i = 0; i < chunk->spans.size(); ++i) {
      const char* span = chunk->span_message(i).data();
      const auto begin = static_cast<size_t>(span - chunk->bytes.view().data());
      trace_ids_.push_back(begin + 2);  // a tag and a length before each
      span_ids_.push_back(begin + 2 + 16 + 2);
    }
    return;
  }
  bytes_ = otlp::EncodeJson(otlp::TraceBatch::Whole(chunk, nullptr), budget).view();
  const auto find = [this](const std::string& key, std::vector<size_t>& places) {
    for (size_t at = bytes_.find(key); at != std::string::npos; at = bytes_.find(key, at)) {
      at += key.size();
      places.push_back(at);
    }
  };
  find("\"traceId\":\"", trace_ids_);
  find("\"spanId\":\"", span_ids_);
}

std::string_view NumberedRequest::Number(uint64_t first) {
  const size_t half = format_ == Format::kProtobuf ? 8 : 16;
  for (size_t i = 0; i < span_ids_.size(); ++i) {
    const uint64_t number = first + i;
    const uint64_t trace = Mix(number / kSpansPerTrace);
    Store(format_, trace, bytes_.data() + trace_ids_[i]);
    Store(format_, trace * kScatter, bytes_.data() + trace_ids_[i] + half);
    Store(format_, SpanIdOf(number), bytes_.data() + span_ids_[i]);
  }
  return bytes_;
}

}  // namespace spanhold::bench
