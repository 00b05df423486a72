#include "tests/exporter/jaeger/decoded.h"

#include <jaeger_types.h>

#include <memory>

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>
#include <jaeger/api_v2/collector.pb.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TBufferTransports.h>

namespace spanhold::jaeger {
namespace {

namespace thrift = ::jaeger::thrift;
namespace api = ::jaeger::api_v2;

using apache::thrift::protocol::TBinaryProtocol;
using apache::thrift::transport::TMemoryBuffer;

constexpr uint64_t kNanosPerMicro = 1000;

std::string Hex(int64_t id) {
  return absl::StrCat(absl::Hex(static_cast<uint64_t>(id), absl::kZeroPad16));
}

std::string Truth(bool truth) {
  return truth ? "true" : "false";
}

std::string Text(const thrift::Tag& tag) {
  // Exactly the field that the type names.
  EXPECT_EQ(tag.__isset.vStr, tag.vType == thrift::TagType::STRING) << tag.key;
  EXPECT_EQ(tag.__isset.vDouble, tag.vType == thrift::TagType::DOUBLE) << tag.key;
  EXPECT_EQ(tag.__isset.vBool, tag.vType == thrift::TagType::BOOL) << tag.key;
  EXPECT_EQ(tag.__isset.vLong, tag.vType == thrift::TagType::LONG) << tag.key;
  EXPECT_EQ(tag.__isset.vBinary, tag.vType == thrift::TagType::BINARY) << tag.key;
  switch (tag.vType) {
    case thrift::TagType::STRING:
      return tag.key + "=STRING:" + tag.vStr;
    case thrift::TagType::DOUBLE:
      return absl::StrCat(tag.key, "=DOUBLE:", tag.vDouble);
    case thrift::TagType::BOOL:
      return tag.key + "=BOOL:" + Truth(tag.vBool);
    case thrift::TagType::LONG:
      return absl::StrCat(tag.key, "=INT:", tag.vLong);
    case thrift::TagType::BINARY:
      return tag.key + "=BINARY:" + absl::BytesToHexString(tag.vBinary);
  }
  return tag.key + "=?";
}

std::string Text(const api::KeyValue& tag) {
  switch (tag.v_type()) {
    case api::STRING:
      return tag.key() + "=STRING:" + tag.v_str();
    case api::FLOAT64:
      return absl::StrCat(tag.key(), "=DOUBLE:", tag.v_float64());
    case api::BOOL:
      return tag.key() + "=BOOL:" + Truth(tag.v_bool());
    case api::INT64:
      return absl::StrCat(tag.key(), "=INT:", tag.v_int64());
    case api::BINARY:
      return tag.key() + "=BINARY:" + absl::BytesToHexString(tag.v_binary());
    default:
      return tag.key() + "=?";
  }
}

template <typename Tags>
std::vector<std::string> Texts(const Tags& tags) {
  std::vector<std::string> texts;
  for (const auto& tag : tags) {
    texts.push_back(Text(tag));
  }
  return texts;
}

DecodedSpan Decode(const thrift::Span& span) {
  DecodedSpan decoded;
  decoded.trace_id = Hex(span.traceIdHigh) + Hex(span.traceIdLow);
  decoded.span_id = Hex(span.spanId);
  decoded.name = span.operationName;
  bool parent_is_reference = span.parentSpanId == 0;
  for (const thrift::SpanRef& reference : span.references) {
    const bool child_of = reference.refType == thrift::SpanRefType::CHILD_OF;
    decoded.references.push_back((child_of ? "CHILD_OF " : "FOLLOWS_FROM ") +
                                 Hex(reference.traceIdHigh) + Hex(reference.traceIdLow) + " " +
                                 Hex(reference.spanId));
    parent_is_reference |= child_of && reference.spanId == span.parentSpanId;
  }
  if (!parent_is_reference) {
    decoded.references.push_back("PARENT " + Hex(span.parentSpanId));
  }
  decoded.flags = static_cast<uint64_t>(span.flags);
  decoded.start_unix_nano = static_cast<uint64_t>(span.startTime) * kNanosPerMicro;
  decoded.duration_nano = static_cast<uint64_t>(span.duration) * kNanosPerMicro;
  decoded.tags = Texts(span.tags);
  for (const thrift::Log& log : span.logs) {
    decoded.logs.push_back(
        {static_cast<uint64_t>(log.timestamp) * kNanosPerMicro, Texts(log.fields)});
  }
  return decoded;
}

template <typename Time>
uint64_t Nanos(const Time& time) {
  return static_cast<uint64_t>(time.seconds()) * 1'000'000'000 +
         static_cast<uint64_t>(time.nanos());
}

DecodedSpan Decode(const api::Span& span) {
  DecodedSpan decoded;
  decoded.trace_id = absl::BytesToHexString(span.trace_id());
  decoded.span_id = absl::BytesToHexString(span.span_id());
  decoded.name = span.operation_name();
  for (const api::SpanRef& reference : span.references()) {
    decoded.references.push_back(api::SpanRefType_Name(reference.ref_type()) + " " +
                                 absl::BytesToHexString(reference.trace_id()) + " " +
                                 absl::BytesToHexString(reference.span_id()));
  }
  decoded.flags = span.flags();
  decoded.start_unix_nano = Nanos(span.start_time());
  decoded.duration_nano = Nanos(span.duration());
  decoded.tags = Texts(span.tags());
  for (const api::Log& log : span.logs()) {
    decoded.logs.push_back({Nanos(log.timestamp()), Texts(log.fields())});
  }
  return decoded;
}

thrift::Batch ReadThrift(std::string_view bytes) {
  std::string copy(bytes);
  const auto buffer = std::make_shared<TMemoryBuffer>(reinterpret_cast<uint8_t*>(copy.data()),
                                                      static_cast<uint32_t>(copy.size()));
  TBinaryProtocol protocol(buffer);
  thrift::Batch batch;
  EXPECT_EQ(batch.read(&protocol), bytes.size());
  return batch;
}

api::PostSpansRequest ReadProto(std::string_view bytes) {
  api::PostSpansRequest request;
  EXPECT_TRUE(request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return request;
}

}  // namespace

DecodedBatch DecodeThrift(std::string_view bytes) {
  const thrift::Batch batch = ReadThrift(bytes);
  DecodedBatch decoded;
  decoded.service = batch.process.serviceName;
  decoded.process_tags = Texts(batch.process.tags);
  for (const thrift::Span& span : batch.spans) {
    decoded.spans.push_back(Decode(span));
  }
  return decoded;
}

DecodedBatch DecodeProto(std::string_view bytes) {
  const api::PostSpansRequest request = ReadProto(bytes);
  DecodedBatch decoded;
  decoded.service = request.batch().process().service_name();
  decoded.process_tags = Texts(request.batch().process().tags());
  for (const api::Span& span : request.batch().spans()) {
    EXPECT_FALSE(span.has_process());
    decoded.spans.push_back(Decode(span));
  }
  return decoded;
}

std::string RewriteThrift(std::string_view bytes) {
  const auto buffer = std::make_shared<TMemoryBuffer>();
  TBinaryProtocol protocol(buffer);
  ReadThrift(bytes).write(&protocol);
  return buffer->getBufferAsString();
}

std::string RewriteProto(std::string_view bytes) {
  return ReadProto(bytes).SerializeAsString();
}

}  // namespace spanhold::jaeger
