#include "src/exporter/jaeger/translate.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "src/exporter/jaeger/big_endian.h"
#include "src/otlp/json_encode.h"

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

Tag Translate(std::string_view key, const otlp::AnyValueView& value,
              std::deque<std::string>& made) {
  switch (value.type()) {
    case Type::kString:
      return {key, value.string_value()};
    case Type::kBool:
      return {key, value.bool_value()};
    case Type::kInt:
      return {key, value.int_value()};
    case Type::kDouble:
      return {key, value.double_value()};
    case Type::kBytes:
      return {key, Binary{value.bytes_value()}};
    case Type::kArray:
    case Type::kMap:
      otlp::AppendAnyValueJson(made.emplace_back(), value);
      return {key, std::string_view(made.back())};
    case Type::kEmpty:
      break;
  }
  return {key, std::string_view()};
}

void AppendAttributes(const otlp::AttributeRange& attributes, std::vector<Tag>& tags,
                      std::deque<std::string>& made) {
  for (const otlp::AttributeView& attribute : attributes) {
    tags.push_back(Translate(attribute.key(), attribute.value(), made));
  }
}

void AppendText(std::string_view key, std::string_view text, std::vector<Tag>& tags) {
  if (!text.empty()) {
    tags.push_back({key, text});
  }
}

void AppendCount(std::string_view key, uint32_t count, std::vector<Tag>& tags) {
  if (count != 0) {
    tags.push_back({key, int64_t{count}});
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
    tags.push_back({"error", true});
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

void TranslateReferences(const otlp::SpanView& span, Span& out) {
  out.references.clear();
  if (out.parent_span_id != 0) {
    out.references.push_back({out.trace_id, out.parent_span_id, Reference::Type::kChildOf});
  }
  for (const otlp::LinkView& link : span.links()) {
    const Reference reference{ReadTraceId(link.trace_id()), ReadId(link.span_id()), TypeOf(link)};
    const bool is_parent = out.parent_span_id != 0 && Same(reference, out.references.front());
    if (!is_parent) {
      out.references.push_back(reference);
    }
  }
}

void TranslateTags(const otlp::SpanView& span, const otlp::ScopeView& scope, Span& out) {
  out.tags.clear();
  AppendText("otel.scope.name", scope.name(), out.tags);
  AppendText("otel.scope.version", scope.version(), out.tags);
  AppendAttributes(span.attributes(), out.tags, out.made);
  AppendText("span.kind", KindName(span.kind()), out.tags);
  AppendStatus(span, out.tags);
  AppendText("w3c.tracestate", span.trace_state(), out.tags);
  AppendCount("otel.dropped_attributes_count", span.dropped_attributes_count(), out.tags);
  AppendCount("otel.dropped_events_count", span.dropped_events_count(), out.tags);
  AppendCount("otel.dropped_links_count", span.dropped_links_count(), out.tags);
}

void TranslateLogs(const otlp::SpanView& span, Span& out) {
  out.logs.clear();
  for (const otlp::EventView& event : span.events()) {
    LogEntry& log = out.logs.emplace_back();
    log.time_unix_nano = event.time_unix_nano();
    if (!otlp::FindAttribute(event.attributes(), "event")) {
      AppendText("event", event.name(), log.fields);
    }
    AppendAttributes(event.attributes(), log.fields, out.made);
    AppendCount("otel.dropped_attributes_count", event.dropped_attributes_count(), log.fields);
  }
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
      process.tags.push_back(Translate(attribute.key(), value, process.made));
    }
  }
  if (process.service_name.empty()) {
    process.service_name = kNoServiceName;
  }
  AppendCount("otel.dropped_attributes_count", resource.dropped_attributes_count(), process.tags);
  return process;
}

void TranslateSpan(const otlp::SpanView& span, const otlp::ScopeView& scope, Span& out) {
  constexpr uint32_t kSampledFlag = 1;  // W3C trace flags, the low byte of OTLP's
  out.made.clear();
  out.trace_id = ReadTraceId(span.trace_id());
  out.span_id = ReadId(span.span_id());
  out.parent_span_id = ReadId(span.parent_span_id());
  out.operation_name = span.name();
  out.sampled = (span.flags() & kSampledFlag) != 0;
  out.start_unix_nano = span.start_time_unix_nano();
  // A clock that was set back between start and end makes no duration of 584 years.
  out.duration_nano =
      std::max(span.end_time_unix_nano(), span.start_time_unix_nano()) - out.start_unix_nano;
  TranslateReferences(span, out);
  TranslateTags(span, scope, out);
  TranslateLogs(span, out);
}

}  // namespace spanhold::jaeger
