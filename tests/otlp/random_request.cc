#include "tests/otlp/random_request.h"

#include <algorithm>
#include <array>
#include <limits>

namespace spanhold::otlp {

uint64_t RandomRequests::Integer() {
  static constexpr std::array<uint64_t, 8> kEdges = {
      0, 1, 127, 128, 0xFFFFFFFF, uint64_t{1} << 53U, uint64_t{1} << 63U, ~uint64_t{0}};
  return OneIn(2) ? kEdges[Below(kEdges.size())] : engine_() >> Below(64);
}

double RandomRequests::Double() {
  static constexpr std::array<double, 9> kEdges = {0.0,
                                                   -0.0,
                                                   0.1,
                                                   1e-7,
                                                   1e21,
                                                   std::numeric_limits<double>::max(),
                                                   std::numeric_limits<double>::denorm_min(),
                                                   std::numeric_limits<double>::infinity(),
                                                   std::numeric_limits<double>::quiet_NaN()};
  return OneIn(2) ? kEdges[Below(kEdges.size())] : static_cast<double>(engine_()) / 3.0;
}

std::string RandomRequests::Bytes(size_t size) {
  std::string bytes;
  for (size_t i = 0; i < size; ++i) {
    bytes += static_cast<char>(Below(256));
  }
  return bytes;
}

std::string RandomRequests::Id(size_t size) {
  return OneIn(5) ? "" : Bytes(size);
}

std::string RandomRequests::Text() {
  static const std::array<std::string, 8> kPieces = {
      "a",      "span.name", "\"quoted\\\"", std::string("\0\x01\n\x7F", 4), "ünï",
      "日本語", "😀",         "{}[]:,"};
  std::string text;
  // Lengths on both sides of a two-byte length.
  const size_t pieces = OneIn(20) ? 40 : Below(5);
  for (size_t i = 0; i < pieces; ++i) {
    text += kPieces[Below(kPieces.size())];
  }
  return text;
}

pb_common::AnyValue RandomRequests::AnyValue(int depth) {
  pb_common::AnyValue value;
  switch (Below(depth == 0 ? 6 : 8)) {
    case 0:
      break;
    case 1:
      value.set_string_value(Text());
      break;
    case 2:
      value.set_bool_value(OneIn(2));
      break;
    case 3:
      value.set_int_value(static_cast<int64_t>(Integer()));
      break;
    case 4:
      value.set_double_value(Double());
      break;
    case 5:
      value.set_bytes_value(Bytes(Below(40)));
      break;
    case 6:
      value.mutable_array_value();
      for (uint64_t i = Below(4); i > 0; --i) {
        *value.mutable_array_value()->add_values() = AnyValue(depth - 1);
      }
      break;
    default:
      value.mutable_kvlist_value();
      for (uint64_t i = Below(4); i > 0; --i) {
        auto& item = *value.mutable_kvlist_value()->add_values();
        item.set_key(Text());
        *item.mutable_value() = AnyValue(depth - 1);
      }
      break;
  }
  return value;
}

template <typename Message>
void RandomRequests::AddAttributes(Message& message, int depth) {
  for (uint64_t i = Below(6); i > 0; --i) {
    auto& attribute = *message.add_attributes();
    attribute.set_key(Text());
    if (!OneIn(10)) {
      *attribute.mutable_value() = AnyValue(depth);
    }
  }
  if (OneIn(4)) {
    message.set_dropped_attributes_count(static_cast<uint32_t>(Integer()));
  }
}

pb_trace::Span RandomRequests::Span() {
  pb_trace::Span span;
  span.set_trace_id(Id(16));
  span.set_span_id(Id(8));
  span.set_parent_span_id(Id(8));
  span.set_trace_state(OneIn(3) ? "ot=th:8,k=v" : "");
  span.set_name(Text());
  span.set_kind(static_cast<pb_trace::Span::SpanKind>(Below(8)));  // 6 and 7 have no name
  span.set_start_time_unix_nano(Integer());
  span.set_end_time_unix_nano(Integer());
  AddAttributes(span, 3);
  for (uint64_t i = Below(3); i > 0; --i) {
    auto& event = *span.add_events();
    event.set_time_unix_nano(Integer());
    event.set_name(Text());
    AddAttributes(event, 1);
  }
  for (uint64_t i = Below(3); i > 0; --i) {
    auto& link = *span.add_links();
    link.set_trace_id(Id(16));
    link.set_span_id(Id(8));
    link.set_trace_state(Text());
    link.set_flags(static_cast<uint32_t>(Integer()));
    AddAttributes(link, 1);
  }
  span.set_dropped_events_count(static_cast<uint32_t>(Integer()));
  span.set_dropped_links_count(static_cast<uint32_t>(Integer()));
  if (OneIn(2)) {
    span.mutable_status()->set_message(Text());
    span.mutable_status()->set_code(static_cast<pb_trace::Status::StatusCode>(Below(4)));
  }
  span.set_flags(static_cast<uint32_t>(Integer()));
  return span;
}

pb_resource::Resource RandomRequests::Resource() {
  pb_resource::Resource resource;
  AddAttributes(resource, 2);
  for (uint64_t i = Below(2); i > 0; --i) {
    auto& entity = *resource.add_entity_refs();
    entity.set_schema_url(Text());
    entity.set_type(Text());
    entity.add_id_keys(Text());
    entity.add_id_keys("");
    entity.add_description_keys(Text());
  }
  return resource;
}

pb_common::InstrumentationScope RandomRequests::Scope() {
  pb_common::InstrumentationScope scope;
  scope.set_name(Text());
  scope.set_version(Text());
  AddAttributes(scope, 1);
  return scope;
}

pb_collector::ExportTraceServiceRequest RandomRequests::Next() {
  pb_collector::ExportTraceServiceRequest request;
  for (uint64_t i = Below(4); i > 0; --i) {
    auto& resource_spans = *request.add_resource_spans();
    if (!OneIn(4)) {
      *resource_spans.mutable_resource() = Resource();
      resource_spans.set_schema_url(Text());
    }
    for (uint64_t j = Below(4); j > 0; --j) {
      auto& scope_spans = *resource_spans.add_scope_spans();
      if (!OneIn(3)) {
        *scope_spans.mutable_scope() = Scope();
        scope_spans.set_schema_url(Text());
      }
      for (uint64_t k = Below(5); k > 0; --k) {
        *scope_spans.add_spans() = Span();
      }
    }
    if (OneIn(3)) {
      *request.add_resource_spans() = resource_spans;
    }
  }
  return request;
}

std::string RandomRequests::Mutate(std::string bytes) {
  for (uint64_t i = Below(4) + 1; i > 0 && !bytes.empty(); --i) {
    const size_t position = Below(bytes.size());
    const size_t size = std::min(Below(40) + 1, bytes.size() - position);
    switch (Below(6)) {
      case 0:
        bytes[position] = static_cast<char>(Below(256));
        break;
      case 1:
        bytes[position] = static_cast<char>(bytes[position] ^ (1 << Below(8)));
        break;
      case 2:
        bytes.insert(position, 1, static_cast<char>(Below(256)));
        break;
      case 3:
        bytes.erase(position, size);
        break;
      case 4:
        bytes.insert(Below(bytes.size()), bytes.substr(position, size));
        break;
      default:
        bytes.resize(position);
        break;
    }
  }
  return bytes;
}

}  // namespace spanhold::otlp
