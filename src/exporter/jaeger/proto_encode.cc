#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <protozero/pbf_writer.hpp>

#include "src/exporter/jaeger/encode.h"
#include "src/exporter/jaeger/model.h"
#include "src/exporter/jaeger/process_spans.h"

namespace spanhold::jaeger {
namespace {

constexpr uint64_t kNanosPerSecond = 1'000'000'000;

// Numbers and values of proto/jaeger/api_v2/model.proto and collector.proto. What has its default
// value is left out, as protobuf's own writer does, but for one field of each message that could be
// empty: protozero leaves out a message without fields.

enum ValueType { kString = 0, kBool = 1, kInt64 = 2, kFloat64 = 3, kBinary = 4 };

void AppendBigEndian(uint64_t number, std::string& out) {
  for (uint32_t shift = 64; shift > 0; shift -= 8) {
    out += static_cast<char>(number >> (shift - 8));
  }
}

std::string IdBytes(uint64_t id) {
  std::string bytes;
  AppendBigEndian(id, bytes);
  return bytes;
}

std::string IdBytes(const TraceId& id) {
  std::string bytes;
  AppendBigEndian(id.high, bytes);
  AppendBigEndian(id.low, bytes);
  return bytes;
}

void WriteText(uint32_t number, std::string_view text, protozero::pbf_writer& out) {
  if (!text.empty()) {
    out.add_string(number, text.data(), text.size());
  }
}

// google.protobuf.Timestamp and Duration are alike.
void WriteNanos(uint32_t number, uint64_t nanos, protozero::pbf_writer& out) {
  protozero::pbf_writer time(out, number);
  time.add_int64(1, static_cast<int64_t>(nanos / kNanosPerSecond));
  if (nanos % kNanosPerSecond != 0) {
    time.add_int32(2, static_cast<int32_t>(nanos % kNanosPerSecond));
  }
}

// The value of a KeyValue.
class TagWriter {
 public:
  explicit TagWriter(protozero::pbf_writer& out) : out_(out) {}

  void operator()(std::string_view text) const { WriteText(3, text, out_); }
  void operator()(bool truth) const {
    out_.add_enum(2, kBool);
    if (truth) {
      out_.add_bool(4, truth);
    }
  }
  void operator()(int64_t number) const {
    out_.add_enum(2, kInt64);
    if (number != 0) {
      out_.add_int64(5, number);
    }
  }
  void operator()(double number) const {
    out_.add_enum(2, kFloat64);
    if (std::bit_cast<uint64_t>(number) != 0) {
      out_.add_double(6, number);
    }
  }
  void operator()(Binary binary) const {
    out_.add_enum(2, kBinary);
    WriteText(7, binary.bytes, out_);
  }

 private:
  protozero::pbf_writer& out_;
};

void WriteTags(uint32_t number, std::span<const Tag> tags, protozero::pbf_writer& out) {
  for (const Tag& tag : tags) {
    protozero::pbf_writer written(out, number);
    written.add_string(1, tag.key.data(), tag.key.size());
    std::visit(TagWriter(written), tag.value);
  }
}

void WriteReference(const Reference& reference, protozero::pbf_writer& out) {
  protozero::pbf_writer written(out, 4);
  written.add_bytes(1, IdBytes(reference.trace_id));
  written.add_bytes(2, IdBytes(reference.span_id));
  if (reference.type == Reference::Type::kFollowsFrom) {
    written.add_enum(3, 1);
  }
}

void WriteSpan(const Span& span, protozero::pbf_writer& batch) {
  protozero::pbf_writer out(batch, 1);
  out.add_bytes(1, IdBytes(span.trace_id));
  out.add_bytes(2, IdBytes(span.span_id));
  WriteText(3, span.operation_name, out);
  for (const Reference& reference : span.references) {
    WriteReference(reference, out);
  }
  if (span.sampled) {
    out.add_uint32(5, 1);
  }
  WriteNanos(6, span.start_unix_nano, out);
  WriteNanos(7, span.duration_nano, out);
  WriteTags(8, span.tags, out);
  std::span<const Tag> fields = span.log_fields;
  for (const LogEntry& log : span.logs) {
    protozero::pbf_writer written(out, 9);
    WriteNanos(1, log.time_unix_nano, written);
    WriteTags(2, fields.first(log.field_count), written);
    fields = fields.subspan(log.field_count);
  }
}

void WriteProcess(const Process& process, protozero::pbf_writer& batch) {
  protozero::pbf_writer out(batch, 2);
  WriteText(1, process.service_name, out);
  WriteTags(2, process.tags, out);
}

}  // namespace

StatusOr<Bytes> EncodeProto(const otlp::TraceBatch& batch, MemoryBudget& budget) {
  SPANHOLD_ASSIGN_OR_RETURN(const ProcessSpans spans, ProcessSpans::Of(batch));
  std::string wire;
  {
    protozero::pbf_writer request(wire);
    protozero::pbf_writer written(request, 1);
    spans.ForEach([&written](const Span& span) { WriteSpan(span, written); });
    WriteProcess(spans.process(), written);
  }
  return Bytes::Copy(wire, budget);
}

}  // namespace spanhold::jaeger
