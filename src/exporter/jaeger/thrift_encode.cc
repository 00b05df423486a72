#include <span>
#include <utility>
#include <variant>

#include "src/exporter/jaeger/encode.h"
#include "src/exporter/jaeger/model.h"
#include "src/exporter/jaeger/process_spans.h"
#include "src/exporter/jaeger/thrift_writer.h"

// The layout, jaeger.thrift: field ids stand at each call.
//
//   Batch   1 process  2 spans
//   Process 1 serviceName  2 tags
//   Span    1 traceIdLow  2 traceIdHigh  3 spanId  4 parentSpanId  5 operationName  6 references
//           7 flags  8 startTime  9 duration  10 tags  11 logs
//   SpanRef 1 refType  2 traceIdLow  3 traceIdHigh  4 spanId
//   Log     1 timestamp  2 fields
//   Tag     1 key  2 vType  3 vStr  4 vDouble  5 vBool  6 vLong  7 vBinary

namespace spanhold::jaeger {
namespace {

constexpr uint64_t kNanosPerMicro = 1000;

enum TagType : uint32_t { kString = 0, kDouble = 1, kBool = 2, kLong = 3, kBinary = 4 };

void Write(const Reference& reference, ThriftWriter& out) {
  out.Int32(1, reference.type == Reference::Type::kChildOf ? 0 : 1);
  out.Int64(2, reference.trace_id.low);
  out.Int64(3, reference.trace_id.high);
  out.Int64(4, reference.span_id);
  out.EndStruct();
}

// The type and the value of a Tag.
class ValueWriter {
 public:
  explicit ValueWriter(ThriftWriter& out) : out_(out) {}

  void operator()(std::string_view text) const {
    out_.Int32(2, TagType::kString);
    out_.Text(3, text);
  }
  void operator()(double number) const {
    out_.Int32(2, TagType::kDouble);
    out_.Double(4, number);
  }
  void operator()(bool truth) const {
    out_.Int32(2, TagType::kBool);
    out_.Bool(5, truth);
  }
  void operator()(int64_t number) const {
    out_.Int32(2, TagType::kLong);
    out_.Int64(6, static_cast<uint64_t>(number));
  }
  void operator()(Binary binary) const {
    out_.Int32(2, TagType::kBinary);
    out_.Text(7, binary.bytes);
  }

 private:
  ThriftWriter& out_;
};

void Write(int16_t id, std::span<const Tag> tags, ThriftWriter& out) {
  out.BeginStructs(id, tags.size());
  for (const Tag& tag : tags) {
    out.Text(1, tag.key);
    std::visit(ValueWriter(out), tag.value);
    out.EndStruct();
  }
}

void WriteLogs(const Span& span, ThriftWriter& out) {
  out.BeginStructs(11, span.logs.size());
  std::span<const Tag> fields = span.log_fields;
  for (const LogEntry& log : span.logs) {
    out.Int64(1, log.time_unix_nano / kNanosPerMicro);
    Write(2, fields.first(log.field_count), out);
    out.EndStruct();
    fields = fields.subspan(log.field_count);
  }
}

void Write(const Span& span, ThriftWriter& out) {
  out.Int64(1, span.trace_id.low);
  out.Int64(2, span.trace_id.high);
  out.Int64(3, span.span_id);
  out.Int64(4, span.parent_span_id);
  out.Text(5, span.operation_name);
  out.BeginStructs(6, span.references.size());
  for (const Reference& reference : span.references) {
    Write(reference, out);
  }
  out.Int32(7, span.sampled ? 1 : 0);
  out.Int64(8, span.start_unix_nano / kNanosPerMicro);
  out.Int64(9, span.duration_nano / kNanosPerMicro);
  Write(10, span.tags, out);
  WriteLogs(span, out);
  out.EndStruct();
}

void Write(const Process& process, ThriftWriter& out) {
  out.Text(1, process.service_name);
  Write(2, process.tags, out);
  out.EndStruct();
}

}  // namespace

StatusOr<Bytes> EncodeThrift(const otlp::TraceBatch& batch, MemoryBudget& budget) {
  SPANHOLD_ASSIGN_OR_RETURN(const ProcessSpans spans, ProcessSpans::Of(batch));
  // Thrift's fields have longer headers than protobuf's.
  ThriftWriter out(2 * batch.span_bytes() + 1024, budget);
  out.BeginStruct(1);
  Write(spans.process(), out);
  out.BeginStructs(2, spans.span_count());
  spans.ForEach([&out](const Span& span) { Write(span, out); });
  out.EndStruct();
  return std::move(out).Take();
}

}  // namespace spanhold::jaeger
