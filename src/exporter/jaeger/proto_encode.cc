#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "src/exporter/jaeger/big_endian.h"
#include "src/exporter/jaeger/encode.h"
#include "src/exporter/jaeger/model.h"
#include "src/exporter/jaeger/process_spans.h"
#include "src/otlp/wire_builder.h"

namespace spanhold::jaeger {
namespace {

using otlp::WireBuilder;

constexpr uint64_t kNanosPerSecond = 1'000'000'000;

// What is expected of a message's size: whether its length takes one byte or two.
constexpr size_t kSmall = 0x7F;
constexpr size_t kLarge = 0x80;

// Numbers and values of proto/jaeger/api_v2/model.proto and collector.proto. What has its default
// value is left out, as protobuf's own writer does, but for one field of each message that could be
// empty.

enum ValueType { kString = 0, kBool = 1, kInt64 = 2, kFloat64 = 3, kBinary = 4 };

void WriteId(uint32_t number, uint64_t id, WireBuilder& out) {
  StoreBigEndian(id, out.AddBytes(number, sizeof(id)));
}

void WriteId(uint32_t number, const TraceId& id, WireBuilder& out) {
  char* const bytes = out.AddBytes(number, sizeof(id.high) + sizeof(id.low));
  StoreBigEndian(id.high, bytes);
  StoreBigEndian(id.low, bytes + sizeof(id.high));
}

void WriteText(uint32_t number, std::string_view text, WireBuilder& out) {
  if (!text.empty()) {
    out.AddBytes(number, text);
  }
}

// google.protobuf.Timestamp and Duration are alike.
void WriteNanos(uint32_t number, uint64_t nanos, WireBuilder& out) {
  out.AddMessage(number, kSmall, [&] {
    out.AddVarint(1, nanos / kNanosPerSecond);
    if (nanos % kNanosPerSecond != 0) {
      out.AddVarint(2, nanos % kNanosPerSecond);
    }
  });
}

// The value of a KeyValue.
class ValueWriter {
 public:
  explicit ValueWriter(WireBuilder& out) : out_(out) {}

  void operator()(std::string_view text) const { WriteText(3, text, out_); }
  void operator()(bool truth) const {
    out_.AddVarint(2, kBool);
    if (truth) {
      out_.AddVarint(4, 1);
    }
  }
  void operator()(int64_t number) const {
    out_.AddVarint(2, kInt64);
    if (number != 0) {
      out_.AddVarint(5, static_cast<uint64_t>(number));
    }
  }
  void operator()(double number) const {
    out_.AddVarint(2, kFloat64);
    if (std::bit_cast<uint64_t>(number) != 0) {
      out_.AddFixed(6, number);
    }
  }
  void operator()(Binary binary) const {
    out_.AddVarint(2, kBinary);
    WriteText(7, binary.bytes, out_);
  }

 private:
  WireBuilder& out_;
};

void WriteTags(uint32_t number, std::span<const Tag> tags, WireBuilder& out) {
  for (const Tag& tag : tags) {
    out.AddMessage(number, kSmall, [&] {
      out.AddBytes(1, tag.key);
      std::visit(ValueWriter(out), tag.value);
    });
  }
}

void WriteReference(const Reference& reference, WireBuilder& out) {
  out.AddMessage(4, kSmall, [&] {
    WriteId(1, reference.trace_id, out);
    WriteId(2, reference.span_id, out);
    if (reference.type == Reference::Type::kFollowsFrom) {
      out.AddVarint(3, 1);
    }
  });
}

void WriteLogs(const Span& span, WireBuilder& out) {
  std::span<const Tag> fields = span.log_fields;
  for (const LogEntry& log : span.logs) {
    out.AddMessage(9, kSmall, [&] {
      WriteNanos(1, log.time_unix_nano, out);
      WriteTags(2, fields.first(log.field_count), out);
    });
    fields = fields.subspan(log.field_count);
  }
}

void WriteSpan(const Span& span, WireBuilder& out) {
  out.AddMessage(1, kLarge, [&] {
    WriteId(1, span.trace_id, out);
    WriteId(2, span.span_id, out);
    WriteText(3, span.operation_name, out);
    for (const Reference& reference : span.references) {
      WriteReference(reference, out);
    }
    if (span.sampled) {
      out.AddVarint(5, 1);
    }
    WriteNanos(6, span.start_unix_nano, out);
    WriteNanos(7, span.duration_nano, out);
    WriteTags(8, span.tags, out);
    WriteLogs(span, out);
  });
}

void WriteProcess(const Process& process, WireBuilder& out) {
  out.AddMessage(2, kLarge, [&] {
    WriteText(1, process.service_name, out);
    WriteTags(2, process.tags, out);
  });
}

}  // namespace

StatusOr<Bytes> EncodeProto(const otlp::TraceBatch& batch, MemoryBudget& budget) {
  SPANHOLD_ASSIGN_OR_RETURN(const ProcessSpans spans, ProcessSpans::Of(batch));
  // Translated, spans grow by less than half as a rule.
  const size_t expected_size = batch.span_bytes() + batch.span_bytes() / 2 + 1024;
  WireBuilder out(budget.Reserve(expected_size), budget);
  out.AddMessage(1, expected_size, [&] {
    spans.ForEach([&out](const Span& span) { WriteSpan(span, out); });
    WriteProcess(spans.process(), out);
  });
  return std::move(out).Take();
}

}  // namespace spanhold::jaeger
