#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "src/otlp/json_name.h"
#include "src/otlp/wire.h"

namespace spanhold::otlp {

// The messages of an OTLP trace request.
enum class MessageId : uint8_t {
  kRequest,  // ExportTraceServiceRequest, and TracesData
  kResourceSpans,
  kResource,
  kEntityRef,
  kScopeSpans,
  kScope,
  kSpan,
  kEvent,
  kLink,
  kStatus,
  kKeyValue,
  kAnyValue,
  kArrayValue,
  kKeyValueList,
};
constexpr size_t kMessageCount = 14;

enum class FieldType : uint8_t {
  kUnknown,  // not in the schema: any wire type, kept as it is
  kMessage,
  kString,
  kBytes,
  kTraceId,  // bytes, 0 or 16 of them
  kSpanId,   // bytes, 0 or 8 of them
  kBool,
  kInt64,
  kUint32,
  kSpanKind,
  kStatusCode,
  kFixed64,
  kFixed32,
  kDouble,
};

struct Field {
  constexpr Field() = default;
  constexpr Field(std::string_view field_name, FieldType field_type, bool is_repeated = false,
                  MessageId field_message = MessageId::kRequest)
      : name(field_name),
        type(field_type),
        repeated(is_repeated),
        message(field_message),
        json_name(field_name) {}

  std::string_view name;  // as in the .proto file
  FieldType type = FieldType::kUnknown;
  bool repeated = false;
  MessageId message = MessageId::kRequest;  // of a kMessage
  JsonName json_name;
};

constexpr uint32_t kMaxFieldNumber = 16;

// A message's fields by number; a number without one has type kUnknown.
using MessageFields = std::array<Field, kMaxFieldNumber + 1>;

constexpr WireType WireTypeOf(FieldType type) {
  switch (type) {
    case FieldType::kBool:
    case FieldType::kInt64:
    case FieldType::kUint32:
    case FieldType::kSpanKind:
    case FieldType::kStatusCode:
      return WireType::kVarint;
    case FieldType::kFixed64:
    case FieldType::kDouble:
      return WireType::kFixed64;
    case FieldType::kFixed32:
      return WireType::kFixed32;
    default:
      return WireType::kBytes;
  }
}

namespace schema_internal {

constexpr std::array<MessageFields, kMessageCount> MakeSchema() {
  using enum FieldType;
  using Id = MessageId;
  std::array<MessageFields, kMessageCount> all;
  const auto define = [&all](Id message, uint32_t number, Field field) {
    all[static_cast<size_t>(message)][number] = field;
  };
  const auto message = [](std::string_view name, Id id) {
    return Field{name, kMessage, false, id};
  };
  const auto messages = [](std::string_view name, Id id) {
    return Field{name, kMessage, true, id};
  };

  define(Id::kRequest, 1, messages("resource_spans", Id::kResourceSpans));

  define(Id::kResourceSpans, 1, message("resource", Id::kResource));
  define(Id::kResourceSpans, 2, messages("scope_spans", Id::kScopeSpans));
  define(Id::kResourceSpans, 3, {"schema_url", kString});

  define(Id::kResource, 1, messages("attributes", Id::kKeyValue));
  define(Id::kResource, 2, {"dropped_attributes_count", kUint32});
  define(Id::kResource, 3, messages("entity_refs", Id::kEntityRef));

  define(Id::kEntityRef, 1, {"schema_url", kString});
  define(Id::kEntityRef, 2, {"type", kString});
  define(Id::kEntityRef, 3, {"id_keys", kString, true});
  define(Id::kEntityRef, 4, {"description_keys", kString, true});

  define(Id::kScopeSpans, 1, message("scope", Id::kScope));
  define(Id::kScopeSpans, 2, messages("spans", Id::kSpan));
  define(Id::kScopeSpans, 3, {"schema_url", kString});

  define(Id::kScope, 1, {"name", kString});
  define(Id::kScope, 2, {"version", kString});
  define(Id::kScope, 3, messages("attributes", Id::kKeyValue));
  define(Id::kScope, 4, {"dropped_attributes_count", kUint32});

  define(Id::kSpan, 1, {"trace_id", kTraceId});
  define(Id::kSpan, 2, {"span_id", kSpanId});
  define(Id::kSpan, 3, {"trace_state", kString});
  define(Id::kSpan, 4, {"parent_span_id", kSpanId});
  define(Id::kSpan, 5, {"name", kString});
  define(Id::kSpan, 6, {"kind", kSpanKind});
  define(Id::kSpan, 7, {"start_time_unix_nano", kFixed64});
  define(Id::kSpan, 8, {"end_time_unix_nano", kFixed64});
  define(Id::kSpan, 9, messages("attributes", Id::kKeyValue));
  define(Id::kSpan, 10, {"dropped_attributes_count", kUint32});
  define(Id::kSpan, 11, messages("events", Id::kEvent));
  define(Id::kSpan, 12, {"dropped_events_count", kUint32});
  define(Id::kSpan, 13, messages("links", Id::kLink));
  define(Id::kSpan, 14, {"dropped_links_count", kUint32});
  define(Id::kSpan, 15, message("status", Id::kStatus));
  define(Id::kSpan, 16, {"flags", kFixed32});

  define(Id::kEvent, 1, {"time_unix_nano", kFixed64});
  define(Id::kEvent, 2, {"name", kString});
  define(Id::kEvent, 3, messages("attributes", Id::kKeyValue));
  define(Id::kEvent, 4, {"dropped_attributes_count", kUint32});

  define(Id::kLink, 1, {"trace_id", kTraceId});
  define(Id::kLink, 2, {"span_id", kSpanId});
  define(Id::kLink, 3, {"trace_state", kString});
  define(Id::kLink, 4, messages("attributes", Id::kKeyValue));
  define(Id::kLink, 5, {"dropped_attributes_count", kUint32});
  define(Id::kLink, 6, {"flags", kFixed32});

  define(Id::kStatus, 2, {"message", kString});
  define(Id::kStatus, 3, {"code", kStatusCode});

  define(Id::kKeyValue, 1, {"key", kString});
  define(Id::kKeyValue, 2, message("value", Id::kAnyValue));

  define(Id::kAnyValue, 1, {"string_value", kString});
  define(Id::kAnyValue, 2, {"bool_value", kBool});
  define(Id::kAnyValue, 3, {"int_value", kInt64});
  define(Id::kAnyValue, 4, {"double_value", kDouble});
  define(Id::kAnyValue, 5, message("array_value", Id::kArrayValue));
  define(Id::kAnyValue, 6, message("kvlist_value", Id::kKeyValueList));
  define(Id::kAnyValue, 7, {"bytes_value", kBytes});

  define(Id::kArrayValue, 1, messages("values", Id::kAnyValue));
  define(Id::kKeyValueList, 1, messages("values", Id::kKeyValue));
  return all;
}

inline constexpr std::array<MessageFields, kMessageCount> kSchema = MakeSchema();

}  // namespace schema_internal

// OTLP 1.11, opentelemetry/proto/{collector/trace,trace,resource,common}/v1. Left out, and so kept
// as unknown fields: the `_strindex` fields, which only profiles use.
constexpr const MessageFields& FieldsOf(MessageId message) {
  return schema_internal::kSchema[static_cast<size_t>(message)];
}

// The field with that number; one of type kUnknown when there is none.
constexpr const Field& FieldOf(MessageId message, uint32_t number) {
  return FieldsOf(message)[number <= kMaxFieldNumber ? number : 0];
}

}  // namespace spanhold::otlp
