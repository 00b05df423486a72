#include <memory>
#include <variant>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include "src/exporter/jaeger/encode.h"
#include "src/exporter/jaeger/model.h"
#include "src/exporter/jaeger/process_spans.h"

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

using apache::thrift::protocol::TBinaryProtocolT;
using apache::thrift::protocol::TType;
using apache::thrift::transport::TMemoryBuffer;

constexpr uint64_t kNanosPerMicro = 1000;

enum TagType : int32_t { kString = 0, kDouble = 1, kBool = 2, kLong = 3, kBinary = 4 };

class Writer {
 public:
  explicit Writer(const std::shared_ptr<TMemoryBuffer>& buffer) : out_(buffer) {}

  void Write(const ProcessSpans& spans) {
    Begin(TType::T_STRUCT, 1);
    Write(spans.process());
    BeginList(2, spans.span_count());
    spans.ForEach([this](const Span& span) { Write(span); });
    End();
  }

 private:
  void Write(const Process& process) {
    Text(1, process.service_name);
    Tags(2, process.tags);
    End();
  }

  void Write(const Span& span) {
    Long(1, span.trace_id.low);
    Long(2, span.trace_id.high);
    Long(3, span.span_id);
    Long(4, span.parent_span_id);
    Text(5, span.operation_name);
    BeginList(6, span.references.size());
    for (const Reference& reference : span.references) {
      Write(reference);
    }
    Int(7, span.sampled ? 1 : 0);
    Long(8, span.start_unix_nano / kNanosPerMicro);
    Long(9, span.duration_nano / kNanosPerMicro);
    Tags(10, span.tags);
    BeginList(11, span.logs.size());
    for (const LogEntry& log : span.logs) {
      Long(1, log.time_unix_nano / kNanosPerMicro);
      Tags(2, log.fields);
      End();
    }
    End();
  }

  void Write(const Reference& reference) {
    Int(1, reference.type == Reference::Type::kChildOf ? 0 : 1);
    Long(2, reference.trace_id.low);
    Long(3, reference.trace_id.high);
    Long(4, reference.span_id);
    End();
  }

  void Tags(int16_t id, const std::vector<Tag>& tags) {
    BeginList(id, tags.size());
    for (const Tag& tag : tags) {
      Text(1, tag.key);
      std::visit([this](const auto& value) { Value(value); }, tag.value);
      End();
    }
  }

  void Value(std::string_view text) {
    Int(2, TagType::kString);
    Text(3, text);
  }
  void Value(double number) {
    Int(2, TagType::kDouble);
    Begin(TType::T_DOUBLE, 4);
    out_.writeDouble(number);
  }
  void Value(bool truth) {
    Int(2, TagType::kBool);
    Begin(TType::T_BOOL, 5);
    out_.writeBool(truth);
  }
  void Value(int64_t number) {
    Int(2, TagType::kLong);
    Long(6, static_cast<uint64_t>(number));
  }
  void Value(Binary binary) {
    Int(2, TagType::kBinary);
    Text(7, binary.bytes);
  }

  void Begin(TType type, int16_t id) { out_.writeFieldBegin("", type, id); }
  void BeginList(int16_t id, size_t size) {
    Begin(TType::T_LIST, id);
    out_.writeListBegin(TType::T_STRUCT, static_cast<uint32_t>(size));
  }
  // Of a struct.
  void End() { out_.writeFieldStop(); }

  void Int(int16_t id, int32_t number) {
    Begin(TType::T_I32, id);
    out_.writeI32(number);
  }
  // Thrift has no unsigned numbers: the bits are kept.
  void Long(int16_t id, uint64_t number) {
    Begin(TType::T_I64, id);
    out_.writeI64(static_cast<int64_t>(number));
  }
  // Strings and binaries are the same on the wire.
  void Text(int16_t id, std::string_view text) {
    Begin(TType::T_STRING, id);
    out_.writeString(text);
  }

  TBinaryProtocolT<TMemoryBuffer> out_;
};

}  // namespace

StatusOr<Bytes> EncodeThrift(const otlp::TraceBatch& batch, MemoryBudget& budget) {
  SPANHOLD_ASSIGN_OR_RETURN(const ProcessSpans spans, ProcessSpans::Of(batch));
  try {
    // Thrift's fields have longer headers than protobuf's.
    const auto buffer = std::make_shared<TMemoryBuffer>(
        static_cast<uint32_t>(2 * batch.span_bytes() + 1024));  // last owner: the returned bytes
    Writer(buffer).Write(spans);
    uint8_t* data = nullptr;
    uint32_t size = 0;
    buffer->getBuffer(&data, &size);
    return Bytes::Adopt({reinterpret_cast<const char*>(data), size}, buffer,
                        budget.Reserve(buffer->getBufferSize()));
  } catch (const apache::thrift::TException& error) {
    return absl::InternalError(std::string("cannot write Thrift: ") + error.what());
  }
}

}  // namespace spanhold::jaeger
