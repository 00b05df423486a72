#include "src/exporter/jaeger/translate.h"

#include <algorithm>
#include <cstddef>
#include <forward_list>
#include <iterator>
#include <string>
#include <string_view>

#include "src/exporter/jaeger/big_endian.h"
#include "src/otlp/json_encode.h"
#include "src/otlp/plain_attribute.h"

namespace spanhold::jaeger {
namespace {

using Type = otlp::AnyValueView::Type;

// Jaeger sets aside process tags beside the Collector's name for this, "OTLPResourceNoServiceName".
// This one is the specification's.
constexpr std::string_view kNoServiceName = "unknown_service";

// 0 without one.
uint64_t ReadId(std::string_view bytes) {
  return bytes.empty() ? 0 : LoadBigEndian(bytes.data());
}

TraceId ReadTraceId(std::string_view bytes) {
  return {ReadId(bytes.substr(0, 8)), ReadId(bytes.substr(bytes.size() / 2))};
}

// In its place: a tag that is made elsewhere and moved would be stored in halves and loaded as one, which
// the processor waits for.
template <typename Value>
void AppendTag(std::string_view key, Value value, std::vector<Tag>& tags) {
  Tag& tag = tags.emplace_back();
  tag.key = key;
  tag.value.emplace<Value>(value);
}

void AppendValue(std::string_view key, const otlp::AnyValueView& value, std::vector<Tag>& tags,
                 std::forward_list<std::string>& made) {
  switch (value.type()) {
    case Type::kString:
      return AppendTag(key, value.string_value(), tags);
    case Type::kBool:
      return AppendTag(key, value.bool_value(), tags);
    case Type::kInt:
      return AppendTag(key, value.int_value(), tags);
    case Type::kDouble:
      return AppendTag(key, value.double_value(), tags);
    case Type::kBytes:
      return AppendTag(key, Binary{value.bytes_value()}, tags);
    case Type::kArray:
    case Type::kMap:
      otlp::AppendAnyValueJson(made.emplace_front(), value);
      return AppendTag(key, std::string_view(made.front()), tags);
    case Type::kEmpty:
      return AppendTag(key, std::string_view(), tags);
  }
}

// A KeyValue.
void AppendAttribute(std::string_view message, std::vector<Tag>& tags,
                     std::forward_list<std::string>& made) {
  otlp::PlainAttribute plain;
  std::string_view text;
  if (otlp::ReadPlainAttribute(message, plain) && otlp::ReadPlainText(plain.value, text)) {
    AppendTag(plain.key, text, tags);
    return;
  }
  const otlp::AttributeView attribute(message);
  AppendValue(attribute.key(), attribute.value(), tags, made);
}

void AppendText(std::string_view key, std::string_view text, std::vector<Tag>& tags) {
  if (!text.empty()) {
    AppendTag(key, text, tags);
  }
}

void AppendCount(std::string_view key, uint32_t count, std::vector<Tag>& tags) {
  if (count != 0) {
    AppendTag(key, int64_t{count}, tags);
  }
}

std::string_view KindName(otlp::SpanKind kind) {
  switch (kind) {
    case otlp::SpanKind::kInternal:
      return "internal";
    case otlp::SpanKind::kServer:
      return "server";
    case otlp::SpanKind::kClient:
      return "client";
    case otlp::SpanKind::kProducer:
      return "producer";
    case otlp::SpanKind::kConsumer:
      return "consumer";
    case otlp::SpanKind::kUnspecified:
      break;
  }
  return {};
}

void AppendStatus(const otlp::SpanView& span, std::vector<Tag>& tags) {
  if (span.status_code() == otlp::StatusCode::kOk) {
    AppendText("otel.status_code", "OK", tags);
  } else if (span.status_code() == otlp::StatusCode::kError) {
    AppendText("otel.status_code", "ERROR", tags);
    AppendTag("error", true, tags);
  }
  AppendText("otel.status_description", span.status_message(), tags);
}

Reference::Type TypeOf(const otlp::LinkView& link) {
  const auto type = otlp::FindAttribute(link.attributes(), "opentracing.ref_type");
  const bool child_of = type && type->type() == Type::kString && type->string_value() == "child_of";
  return child_of ? Reference::Type::kChildOf : Reference::Type::kFollowsFrom;
}

bool Same(const Reference& a, const Reference& b) {
  return a.trace_id.high == b.trace_id.high && a.trace_id.low == b.trace_id.low &&
         a.span_id == b.span_id && a.type == b.type;
}

Reference ReferenceOf(const otlp::LinkView& link) {
  return {ReadTraceId(link.trace_id()), ReadId(link.span_id()), TypeOf(link)};
}

// Before the links, which may repeat it.
void AddParent(std::vector<Reference>& references, const Reference& parent) {
  std::erase_if(references, [&](const Reference& link) { return Same(link, parent); });
  references.insert(references.begin(), parent);
}

void AddLog(const otlp::EventView& event, Span& out) {
  std::vector<Tag>& fields = out.log_fields;
  const std::ptrdiff_t first = std::ssize(fields);
  AppendText("event", event.name(), fields);
  const std::ptrdiff_t first_attribute = std::ssize(fields);
  for (const otlp::AttributeView& attribute : event.attributes()) {
    AppendValue(attribute.key(), attribute.value(), fields, out.made);
  }
  // The name gives way to an attribute of that key.
  const auto attributes = fields.begin() + first_attribute;
  if (std::any_of(attributes, fields.end(), [](const Tag& tag) { return tag.key == "event"; })) {
    fields.erase(fields.begin() + first, attributes);
  }
  AppendCount("otel.dropped_attributes_count", event.dropped_attributes_count(), fields);
  out.logs.push_back({event.time_unix_nano(), static_cast<size_t>(std::ssize(fields) - first)});
}

void Clear(Span& out) {
  out.references.clear();
  out.tags.clear();
  out.logs.clear();
  out.log_fields.clear();
  out.made.clear();
}

}  // namespace

Process TranslateProcess(const otlp::ResourceView& resource) {
  Process process;
  for (const otlp::AttributeView& attribute : resource.attributes()) {
    const otlp::AnyValueView value = attribute.value();
    const bool is_name = process.service_name.empty() && attribute.key() == "service.name" &&
                         value.type() == Type::kString;
    if (is_name) {
      process.service_name = value.string_value();
    } else {
      AppendValue(attribute.key(), value, process.tags, process.made);
    }
  }
  if (process.service_name.empty()) {
    process.service_name = kNoServiceName;
  }
  AppendCount("otel.dropped_attributes_count", resource.dropped_attributes_count(), process.tags);
  return process;
}

void TranslateSpan(std::string_view message, const otlp::ScopeView& scope, Span& out) {
  constexpr uint32_t kSampledFlag = 1;  // W3C trace flags, the low byte of OTLP's
  Clear(out);
  AppendText("otel.scope.name", scope.name(), out.tags);
  AppendText("otel.scope.version", scope.version(), out.tags);
  const otlp::SpanView span(message, [&out](uint32_t number, std::string_view nested) {
    if (number == otlp::SpanView::kAttributes) {
      AppendAttribute(nested, out.tags, out.made);
    } else if (number == otlp::SpanView::kEvents) {
      AddLog(otlp::EventView(nested), out);
    } else {
      out.references.push_back(ReferenceOf(otlp::LinkView(nested)));
    }
  });
  AppendText("span.kind", KindName(span.kind()), out.tags);
  AppendStatus(span, out.tags);
  AppendText("w3c.tracestate", span.trace_state(), out.tags);
  AppendCount("otel.dropped_attributes_count", span.dropped_attributes_count(), out.tags);
  AppendCount("otel.dropped_events_count", span.dropped_events_count(), out.tags);
  AppendCount("otel.dropped_links_count", span.dropped_links_count(), out.tags);

  out.trace_id = ReadTraceId(span.trace_id());
  out.span_id = ReadId(span.span_id());
  out.parent_span_id = ReadId(span.parent_span_id());
  out.operation_name = span.name();
  out.sampled = (span.flags() & kSampledFlag) != 0;
  out.start_unix_nano = span.start_time_unix_nano();
  // A clock that was set back between start and end makes no duration of 584 years.
  out.duration_nano =
      std::max(span.end_time_unix_nano(), span.start_time_unix_nano()) - out.start_unix_nano;
  if (out.parent_span_id != 0) {
    AddParent(out.references, {out.trace_id, out.parent_span_id, Reference::Type::kChildOf});
  }
}

}  // namespace spanhold::jaeger
