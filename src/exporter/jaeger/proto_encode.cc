#include <cstdint>
#include <string>
#include <variant>

#include <google/protobuf/arena.h>
#include <jaeger/api_v2/collector.pb.h>

#include "src/exporter/jaeger/encode.h"
#include "src/exporter/jaeger/model.h"
#include "src/exporter/jaeger/process_spans.h"

namespace spanhold::jaeger {
namespace {

namespace api = ::jaeger::api_v2;

constexpr uint64_t kNanosPerSecond = 1'000'000'000;

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

// Timestamp and Duration are alike.
template <typename Time>
void SetNanos(uint64_t nanos, Time& out) {
  out.set_seconds(static_cast<int64_t>(nanos / kNanosPerSecond));
  out.set_nanos(static_cast<int32_t>(nanos % kNanosPerSecond));
}

class TagWriter {
 public:
  explicit TagWriter(api::KeyValue& out) : out_(out) {}

  void operator()(std::string_view text) const {
    out_.set_v_type(api::STRING);
    out_.set_v_str(text.data(), text.size());
  }
  void operator()(bool truth) const {
    out_.set_v_type(api::BOOL);
    out_.set_v_bool(truth);
  }
  void operator()(int64_t number) const {
    out_.set_v_type(api::INT64);
    out_.set_v_int64(number);
  }
  void operator()(double number) const {
    out_.set_v_type(api::FLOAT64);
    out_.set_v_float64(number);
  }
  void operator()(Binary binary) const {
    out_.set_v_type(api::BINARY);
    out_.set_v_binary(binary.bytes.data(), binary.bytes.size());
  }

 private:
  api::KeyValue& out_;
};

void WriteTags(const std::vector<Tag>& tags,
               google::protobuf::RepeatedPtrField<api::KeyValue>& out) {
  for (const Tag& tag : tags) {
    api::KeyValue& written = *out.Add();
    written.set_key(tag.key.data(), tag.key.size());
    std::visit(TagWriter(written), tag.value);
  }
}

void WriteSpan(const Span& span, api::Span& out) {
  out.set_trace_id(IdBytes(span.trace_id));
  out.set_span_id(IdBytes(span.span_id));
  out.set_operation_name(span.operation_name.data(), span.operation_name.size());
  for (const Reference& reference : span.references) {
    api::SpanRef& written = *out.add_references();
    written.set_trace_id(IdBytes(reference.trace_id));
    written.set_span_id(IdBytes(reference.span_id));
    written.set_ref_type(reference.type == Reference::Type::kChildOf ? api::CHILD_OF
                                                                     : api::FOLLOWS_FROM);
  }
  out.set_flags(span.sampled ? 1 : 0);
  SetNanos(span.start_unix_nano, *out.mutable_start_time());
  SetNanos(span.duration_nano, *out.mutable_duration());
  WriteTags(span.tags, *out.mutable_tags());
  for (const LogEntry& log : span.logs) {
    api::Log& written = *out.add_logs();
    SetNanos(log.time_unix_nano, *written.mutable_timestamp());
    WriteTags(log.fields, *written.mutable_fields());
  }
}

}  // namespace

StatusOr<Bytes> EncodeProto(const otlp::TraceBatch& batch, MemoryBudget& budget) {
  SPANHOLD_ASSIGN_OR_RETURN(const ProcessSpans spans, ProcessSpans::Of(batch));
  google::protobuf::Arena arena;
  auto* request = google::protobuf::Arena::CreateMessage<api::PostSpansRequest>(&arena);
  const Process process = spans.process();
  api::Process& written = *request->mutable_batch()->mutable_process();
  written.set_service_name(process.service_name.data(), process.service_name.size());
  WriteTags(process.tags, *written.mutable_tags());
  spans.ForEach(
      [request](const Span& span) { WriteSpan(span, *request->mutable_batch()->add_spans()); });

  const size_t size = request->ByteSizeLong();
  Bytes bytes = Bytes::Allocate(budget.Reserve(size));
  if (!request->SerializeToArray(bytes.data(), static_cast<int>(size))) {
    return absl::InternalError("cannot write the request to Jaeger as protobuf");
  }
  return bytes;
}

}  // namespace spanhold::jaeger
