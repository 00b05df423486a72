#include "tests/otlp/rebuild.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/message_differencer.h>

#include "src/otlp/views.h"

namespace spanhold::otlp {
namespace {

std::string Text(std::string_view view) {
  return std::string(view);
}

template <typename Repeated>
void Fill(Repeated& out, const AttributeRange& attributes);

void Fill(pb_common::AnyValue& out, const AnyValueView& value) {
  using Type = AnyValueView::Type;
  switch (value.type()) {
    case Type::kEmpty:
      break;
    case Type::kString:
      out.set_string_value(Text(value.string_value()));
      break;
    case Type::kBool:
      out.set_bool_value(value.bool_value());
      break;
    case Type::kInt:
      out.set_int_value(value.int_value());
      break;
    case Type::kDouble:
      out.set_double_value(value.double_value());
      break;
    case Type::kArray:
      out.mutable_array_value();
      for (const AnyValueView& item : value.array()) {
        Fill(*out.mutable_array_value()->add_values(), item);
      }
      break;
    case Type::kMap:
      Fill(*out.mutable_kvlist_value()->mutable_values(), value.map());
      break;
    case Type::kBytes:
      out.set_bytes_value(Text(value.bytes_value()));
      break;
  }
}

template <typename Repeated>
void Fill(Repeated& out, const AttributeRange& attributes) {
  for (const AttributeView& attribute : attributes) {
    auto& copy = *out.Add();
    copy.set_key(Text(attribute.key()));
    Fill(*copy.mutable_value(), attribute.value());
  }
}

pb_trace::Span Rebuild(const SpanView& span) {
  pb_trace::Span out;
  out.set_trace_id(Text(span.trace_id()));
  out.set_span_id(Text(span.span_id()));
  out.set_parent_span_id(Text(span.parent_span_id()));
  out.set_trace_state(Text(span.trace_state()));
  out.set_name(Text(span.name()));
  out.set_kind(static_cast<pb_trace::Span::SpanKind>(span.kind()));
  out.set_start_time_unix_nano(span.start_time_unix_nano());
  out.set_end_time_unix_nano(span.end_time_unix_nano());
  Fill(*out.mutable_attributes(), span.attributes());
  out.set_dropped_attributes_count(span.dropped_attributes_count());
  for (const EventView& event : span.events()) {
    auto& copy = *out.add_events();
    copy.set_time_unix_nano(event.time_unix_nano());
    copy.set_name(Text(event.name()));
    Fill(*copy.mutable_attributes(), event.attributes());
    copy.set_dropped_attributes_count(event.dropped_attributes_count());
  }
  out.set_dropped_events_count(span.dropped_events_count());
  for (const LinkView& link : span.links()) {
    auto& copy = *out.add_links();
    copy.set_trace_id(Text(link.trace_id()));
    copy.set_span_id(Text(link.span_id()));
    copy.set_trace_state(Text(link.trace_state()));
    Fill(*copy.mutable_attributes(), link.attributes());
    copy.set_dropped_attributes_count(link.dropped_attributes_count());
    copy.set_flags(link.flags());
  }
  out.set_dropped_links_count(span.dropped_links_count());
  out.mutable_status()->set_code(static_cast<pb_trace::Status::StatusCode>(span.status_code()));
  out.mutable_status()->set_message(Text(span.status_message()));
  out.set_flags(span.flags());
  return out;
}

pb_trace::ResourceSpans Rebuild(const ResourceView& resource) {
  pb_trace::ResourceSpans out;
  out.set_schema_url(Text(resource.schema_url()));
  Fill(*out.mutable_resource()->mutable_attributes(), resource.attributes());
  out.mutable_resource()->set_dropped_attributes_count(resource.dropped_attributes_count());
  return out;
}

pb_trace::ScopeSpans Rebuild(const ScopeView& scope) {
  pb_trace::ScopeSpans out;
  out.set_schema_url(Text(scope.schema_url()));
  out.mutable_scope()->set_name(Text(scope.name()));
  out.mutable_scope()->set_version(Text(scope.version()));
  Fill(*out.mutable_scope()->mutable_attributes(), scope.attributes());
  out.mutable_scope()->set_dropped_attributes_count(scope.dropped_attributes_count());
  return out;
}

// Compared instead of the messages: a NaN equals itself here, and 0.0 is not -0.0.
std::string Deterministic(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializePartialToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

// An absent value and an empty one are the same to a view, and to everybody who reads values; so
// are all NaNs to JSON.
void Normalize(google::protobuf::RepeatedPtrField<pb_common::KeyValue>& attributes);

void Normalize(pb_common::AnyValue& value) {
  if (std::isnan(value.double_value())) {
    value.set_double_value(std::numeric_limits<double>::quiet_NaN());
  }
  if (value.has_kvlist_value()) {
    Normalize(*value.mutable_kvlist_value()->mutable_values());
  }
  if (value.has_array_value()) {
    for (auto& item : *value.mutable_array_value()->mutable_values()) {
      Normalize(item);
    }
  }
}

void Normalize(google::protobuf::RepeatedPtrField<pb_common::KeyValue>& attributes) {
  for (auto& attribute : attributes) {
    Normalize(*attribute.mutable_value());
  }
}

FlatSpan Normalized(FlatSpan flat) {
  flat.resource.DiscardUnknownFields();
  flat.scope.DiscardUnknownFields();
  flat.span.DiscardUnknownFields();
  Normalize(*flat.resource.mutable_resource()->mutable_attributes());
  Normalize(*flat.scope.mutable_scope()->mutable_attributes());
  Normalize(*flat.span.mutable_attributes());
  flat.scope.mutable_scope();
  flat.span.mutable_status();
  for (auto& event : *flat.span.mutable_events()) {
    Normalize(*event.mutable_attributes());
  }
  for (auto& link : *flat.span.mutable_links()) {
    Normalize(*link.mutable_attributes());
  }
  return flat;
}

std::string Key(const FlatSpan& flat) {
  return Deterministic(flat.resource) + Deterministic(flat.scope) + Deterministic(flat.span);
}

}  // namespace

std::vector<FlatSpan> Flatten(const pb_collector::ExportTraceServiceRequest& request) {
  std::vector<FlatSpan> spans;
  for (const auto& resource_spans : request.resource_spans()) {
    for (const auto& scope_spans : resource_spans.scope_spans()) {
      for (const auto& span : scope_spans.spans()) {
        FlatSpan flat{resource_spans, scope_spans, span};
        flat.resource.clear_scope_spans();
        flat.scope.clear_spans();
        spans.push_back(Normalized(std::move(flat)));
      }
    }
  }
  return spans;
}

std::vector<FlatSpan> Flatten(const TraceBatch& batch) {
  std::vector<FlatSpan> spans;
  batch.ForEachSpan([&](const BatchPart& part, uint32_t index) {
    const Chunk& chunk = *part.chunk;
    const Scope& scope = chunk.scopes[chunk.spans[index].scope];
    spans.push_back(Normalized({Rebuild(ResourceView(chunk, chunk.resources[scope.resource])),
                                Rebuild(ScopeView(chunk, scope.header)),
                                Rebuild(SpanView(chunk.span_message(index)))}));
  });
  return spans;
}

std::string Difference(const FlatSpan& a, const FlatSpan& b) {
  if (Key(a) == Key(b)) {
    return "";
  }
  std::string report = "different: ";
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&report);
  differencer.Compare(a.resource, b.resource);
  differencer.Compare(a.scope, b.scope);
  differencer.Compare(a.span, b.span);
  return report;
}

std::string Difference(std::vector<FlatSpan> a, std::vector<FlatSpan> b) {
  if (a.size() != b.size()) {
    return std::to_string(a.size()) + " spans are not " + std::to_string(b.size());
  }
  const auto by_key = [](const FlatSpan& x, const FlatSpan& y) {
    return Key(x) < Key(y);
  };
  std::sort(a.begin(), a.end(), by_key);
  std::sort(b.begin(), b.end(), by_key);
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::string difference = Difference(a[i], b[i]); !difference.empty()) {
      return difference;
    }
  }
  return "";
}

}  // namespace spanhold::otlp
