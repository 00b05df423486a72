#include "src/exporter/debug/describe.h"

#include <string_view>

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <absl/time/time.h>

#include "src/exporter/debug/text.h"
#include "src/otlp/grouping.h"
#include "src/otlp/views.h"

namespace spanhold::debug {
namespace {

constexpr uint64_t kNanosPerSecond = 1'000'000'000;

std::string Hex(std::string_view bytes) {
  return absl::BytesToHexString({bytes.data(), bytes.size()});
}

std::string Duration(const otlp::SpanView& span) {
  const uint64_t start = span.start_time_unix_nano();
  const uint64_t end = span.end_time_unix_nano();
  const uint64_t nanos = end > start ? end - start : 0;
  return absl::FormatDuration(absl::Seconds(nanos / kNanosPerSecond) +
                              absl::Nanoseconds(nanos % kNanosPerSecond));
}

std::string Time(uint64_t unix_nano) {
  if (unix_nano == 0) {
    return "not set";
  }
  const absl::Time time = absl::FromUnixSeconds(static_cast<int64_t>(unix_nano / kNanosPerSecond)) +
                          absl::Nanoseconds(unix_nano % kNanosPerSecond);
  return absl::FormatTime("%Y-%m-%d %H:%M:%E9S UTC", time, absl::UTCTimeZone());
}

std::string Kind(otlp::SpanKind kind) {
  switch (kind) {
    case otlp::SpanKind::kUnspecified:
      return "Unspecified";
    case otlp::SpanKind::kInternal:
      return "Internal";
    case otlp::SpanKind::kServer:
      return "Server";
    case otlp::SpanKind::kClient:
      return "Client";
    case otlp::SpanKind::kProducer:
      return "Producer";
    case otlp::SpanKind::kConsumer:
      return "Consumer";
  }
  return absl::StrCat("unknown (", static_cast<int32_t>(kind), ")");
}

std::string Status(otlp::StatusCode code) {
  switch (code) {
    case otlp::StatusCode::kUnset:
      return "Unset";
    case otlp::StatusCode::kOk:
      return "Ok";
    case otlp::StatusCode::kError:
      return "Error";
  }
  return absl::StrCat("unknown (", static_cast<int32_t>(code), ")");
}

// `key=value key=value`, with a blank before each.
void AppendInline(const otlp::AttributeRange& attributes, std::string& out) {
  for (const otlp::AttributeView& attribute : attributes) {
    out += ' ';
    AppendPrintable(attribute.key(), out);
    out += '=';
    AppendValue(attribute.value(), out);
  }
}

void AppendInBrackets(std::string_view schema_url, std::string& out) {
  if (!schema_url.empty()) {
    out += " [";
    AppendPrintable(schema_url, out);
    out += ']';
  }
}

// A line for the resource, the scope or the span.
class NormalText {
 public:
  explicit NormalText(std::string& out) : out_(out) {}

  void Resource(size_t number, const otlp::ResourceView& resource) {
    absl::StrAppend(&out_, "ResourceSpans #", number);
    AppendInBrackets(resource.schema_url(), out_);
    AppendInline(resource.attributes(), out_);
    out_ += '\n';
  }
  void Scope(size_t number, const otlp::ScopeView& scope) {
    absl::StrAppend(&out_, "ScopeSpans #", number, " ");
    AppendPrintable(scope.name(), out_);
    if (!scope.version().empty()) {
      out_ += '@';
      AppendPrintable(scope.version(), out_);
    }
    AppendInBrackets(scope.schema_url(), out_);
    AppendInline(scope.attributes(), out_);
    out_ += '\n';
  }
  void Span(size_t /*number*/, const otlp::SpanView& span) {
    AppendPrintable(span.name(), out_);
    absl::StrAppend(&out_, " ", Hex(span.trace_id()), " ", Hex(span.span_id()), " ",
                    Kind(span.kind()), " ", Duration(span));
    if (span.status_code() != otlp::StatusCode::kUnset) {
      absl::StrAppend(&out_, " ", Status(span.status_code()));
    }
    AppendInline(span.attributes(), out_);
    out_ += '\n';
  }

 private:
  std::string& out_;
};

// All fields, each on a line of its own.
class DetailedText {
 public:
  explicit DetailedText(std::string& out) : out_(out) {}

  void Resource(size_t number, const otlp::ResourceView& resource) {
    absl::StrAppend(&out_, "ResourceSpans #", number, "\n");
    Field("Resource SchemaURL: ", resource.schema_url());
    Attributes("Resource attributes:\n", "     ", resource.attributes());
    Dropped("Resource dropped attributes: ", resource.dropped_attributes_count());
  }

  void Scope(size_t number, const otlp::ScopeView& scope) {
    absl::StrAppend(&out_, "ScopeSpans #", number, "\n");
    Field("ScopeSpans SchemaURL: ", scope.schema_url());
    out_ += "InstrumentationScope ";
    AppendPrintable(scope.name(), out_);
    Field(" ", scope.version());
    Attributes("InstrumentationScope attributes:\n", "     ", scope.attributes());
    Dropped("InstrumentationScope dropped attributes: ", scope.dropped_attributes_count());
  }

  void Span(size_t number, const otlp::SpanView& span) {
    absl::StrAppend(&out_, "Span #", number, "\n");
    absl::StrAppend(&out_, "    Trace ID       : ", Hex(span.trace_id()), "\n");
    absl::StrAppend(&out_, "    Parent ID      : ", Hex(span.parent_span_id()), "\n");
    absl::StrAppend(&out_, "    ID             : ", Hex(span.span_id()), "\n");
    Field("    Name           : ", span.name());
    absl::StrAppend(&out_, "    Kind           : ", Kind(span.kind()), "\n");
    Field("    Trace state    : ", span.trace_state());
    absl::StrAppend(&out_, "    Flags          : 0x", absl::Hex(span.flags(), absl::kZeroPad8),
                    "\n");
    absl::StrAppend(&out_, "    Start time     : ", Time(span.start_time_unix_nano()), "\n");
    absl::StrAppend(&out_, "    End time       : ", Time(span.end_time_unix_nano()), "\n");
    absl::StrAppend(&out_, "    Duration       : ", Duration(span), "\n");
    absl::StrAppend(&out_, "    Status code    : ", Status(span.status_code()), "\n");
    Field("    Status message : ", span.status_message());
    Attributes("Attributes:\n", "     ", span.attributes());
    Dropped("Dropped attributes: ", span.dropped_attributes_count());
    size_t event_number = 0;
    for (const otlp::EventView& event : span.events()) {
      Event(event_number++, event);
    }
    Dropped("Dropped events: ", span.dropped_events_count());
    size_t link_number = 0;
    for (const otlp::LinkView& link : span.links()) {
      Link(link_number++, link);
    }
    Dropped("Dropped links: ", span.dropped_links_count());
  }

 private:
  void Event(size_t number, const otlp::EventView& event) {
    absl::StrAppend(&out_, "Event #", number, "\n");
    Field("     -> Name: ", event.name());
    absl::StrAppend(&out_, "     -> Timestamp: ", Time(event.time_unix_nano()), "\n");
    Attributes("     -> Attributes:\n", "          ", event.attributes());
    Dropped("     -> Dropped attributes: ", event.dropped_attributes_count());
  }

  void Link(size_t number, const otlp::LinkView& link) {
    absl::StrAppend(&out_, "Link #", number, "\n");
    absl::StrAppend(&out_, "     -> Trace ID: ", Hex(link.trace_id()), "\n");
    absl::StrAppend(&out_, "     -> ID: ", Hex(link.span_id()), "\n");
    Field("     -> Trace state: ", link.trace_state());
    absl::StrAppend(&out_, "     -> Flags: 0x", absl::Hex(link.flags(), absl::kZeroPad8), "\n");
    Attributes("     -> Attributes:\n", "          ", link.attributes());
    Dropped("     -> Dropped attributes: ", link.dropped_attributes_count());
  }

  void Field(std::string_view label, std::string_view text) {
    out_ += label;
    AppendPrintable(text, out_);
    out_ += '\n';
  }

  void Attributes(std::string_view label, std::string_view indent,
                  const otlp::AttributeRange& attributes) {
    if (attributes.empty()) {
      return;
    }
    out_ += label;
    for (const otlp::AttributeView& attribute : attributes) {
      out_ += indent;
      out_ += "-> ";
      AppendPrintable(attribute.key(), out_);
      out_ += ": ";
      AppendTypedValue(attribute.value(), out_);
      out_ += '\n';
    }
  }

  void Dropped(std::string_view label, uint32_t count) {
    if (count != 0) {
      out_ += label;
      absl::StrAppend(&out_, count, "\n");
    }
  }

  std::string& out_;
};

template <typename Text>
void AppendGroups(const std::vector<otlp::ResourceGroup>& resources, Text text) {
  for (size_t r = 0; r < resources.size(); ++r) {
    const otlp::HeaderRef& resource = resources[r].header;
    text.Resource(r, otlp::ResourceView(*resource.chunk, *resource.header));
    for (size_t s = 0; s < resources[r].scopes.size(); ++s) {
      const otlp::ScopeGroup& scope = resources[r].scopes[s];
      text.Scope(s, otlp::ScopeView(*scope.header.chunk, *scope.header.header));
      size_t number = 0;
      for (const otlp::SpanRun& run : scope.runs) {
        for (uint32_t index = run.spans.first; index < run.spans.last; ++index) {
          text.Span(number++, otlp::SpanView(run.chunk->span_message(index)));
        }
      }
    }
  }
}

}  // namespace

std::string Describe(const otlp::TraceBatch& batch, Verbosity verbosity) {
  const std::vector<otlp::ResourceGroup> resources = otlp::GroupSpans(batch);
  std::string out = absl::StrCat("Traces  resource spans: ", resources.size(),
                                 ", spans: ", batch.span_count(), "\n");
  switch (verbosity) {
    case Verbosity::kBasic:
      break;
    case Verbosity::kNormal:
      AppendGroups(resources, NormalText(out));
      break;
    case Verbosity::kDetailed:
      AppendGroups(resources, DetailedText(out));
      break;
  }
  return out;
}

}  // namespace spanhold::debug
