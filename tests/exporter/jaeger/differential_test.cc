// Random requests, and spans that are written otherwise than protobuf's own writer does, through
// both encoders: they say the same, and what Jaeger's own libraries would write.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/exporter/jaeger/encode.h"
#include "src/exporter/jaeger/split.h"
#include "tests/exporter/jaeger/decoded.h"
#include "tests/exporter/jaeger/request_builder.h"
#include "tests/otlp/random_request.h"
#include "tests/otlp/wire_build.h"
#include "tests/support/status_is.h"

namespace spanhold::jaeger {
namespace {

using otlp::DoubleField;
using otlp::Field;
using otlp::Fixed32Field;
using otlp::Fixed64Field;
using otlp::Join;
using otlp::RandomRequests;
using otlp::VarintField;

constexpr uint64_t kSeeds = 40;
constexpr int kMutationsPerSpan = 40;

std::string Encoded(StatusOr<Bytes> (*encode)(const otlp::TraceBatch&, MemoryBudget&),
                    const otlp::TraceBatch& batch) {
  const StatusOr<Bytes> bytes = encode(batch, TestBudget());
  EXPECT_THAT(bytes, IsOk());
  return std::string(bytes->view());
}

// As coarse as Thrift's.
DecodedBatch InMicroseconds(DecodedBatch batch) {
  const auto cut = [](uint64_t& nanos) {
    nanos -= nanos % 1000;
  };
  for (DecodedSpan& span : batch.spans) {
    cut(span.start_unix_nano);
    cut(span.duration_nano);
    for (DecodedLog& log : span.logs) {
      cut(log.time_unix_nano);
    }
  }
  return batch;
}

// The same message as protobuf writes it: each field once, in order.
template <typename Message>
std::string Rewritten(const std::string& bytes) {
  Message message;
  EXPECT_TRUE(message.ParseFromString(bytes));
  return message.SerializeAsString();
}

std::string Request(const std::string& resource, const std::string& scope,
                    const std::string& span) {
  return Field(1, Field(1, resource) + Field(2, Field(1, scope) + Field(2, span)));
}

StatusOr<otlp::TraceBatch> BatchOfBytes(const std::string& request) {
  SPANHOLD_ASSIGN_OR_RETURN(otlp::ChunkPtr chunk, otlp::Decode(Bytes::Copy(request, TestBudget())));
  return otlp::TraceBatch::Whole(std::move(chunk), nullptr);
}

// Whether Decode() takes these; if so, expects them to be translated as what protobuf makes of them.
bool ExpectTranslatedAsRewritten(const std::string& resource, const std::string& scope,
                                 const std::string& span) {
  const StatusOr<otlp::TraceBatch> batch = BatchOfBytes(Request(resource, scope, span));
  if (!batch.ok() || batch->empty()) {
    return false;
  }
  const StatusOr<otlp::TraceBatch> rewritten = BatchOfBytes(
      Request(Rewritten<otlp::pb_resource::Resource>(resource),
              Rewritten<otlp::pb_common::InstrumentationScope>(scope), Rewritten<OtlpSpan>(span)));
  EXPECT_THAT(rewritten, IsOk());
  EXPECT_EQ(Encoded(EncodeThrift, *batch), Encoded(EncodeThrift, *rewritten));
  EXPECT_EQ(Encoded(EncodeProto, *batch), Encoded(EncodeProto, *rewritten));
  return true;
}

TEST(JaegerDifferentialTest, BothEncodingsSayTheSame) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    for (const otlp::TraceBatch& request : SplitByProcess(BatchOf(RandomRequests(seed).Next()))) {
      EXPECT_EQ(DecodeThrift(Encoded(EncodeThrift, request)),
                InMicroseconds(DecodeProto(Encoded(EncodeProto, request))));
    }
  }
}

TEST(JaegerDifferentialTest, ThriftsLibraryWritesTheSameBytes) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    for (const otlp::TraceBatch& request : SplitByProcess(BatchOf(RandomRequests(seed).Next()))) {
      const std::string bytes = Encoded(EncodeThrift, request);
      EXPECT_EQ(bytes, RewriteThrift(bytes));
    }
  }
}

TEST(JaegerDifferentialTest, TranslatesMutatedSpansAsProtobufReadsThem) {
  int translated = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    RandomRequests random(seed);
    const OtlpRequest request = random.Next();
    for (const auto& resource : request.resource_spans()) {
      for (const auto& scope : resource.scope_spans()) {
        for (const auto& span : scope.spans()) {
          for (int i = 0; i < kMutationsPerSpan; ++i) {
            translated += ExpectTranslatedAsRewritten(resource.resource().SerializeAsString(),
                                                      scope.scope().SerializeAsString(),
                                                      random.Mutate(span.SerializeAsString()));
          }
        }
      }
    }
  }
  EXPECT_GT(translated, 500);
}

TEST(JaegerDifferentialTest, TranslatesFieldsThatComeTwiceInPiecesOrInAnyOrderAsProtobufReadsThem) {
  const auto attribute = [](const std::string& value) {
    return Field(9, Field(1, "key") + value);
  };
  const std::string text = Field(1, "text");
  const std::string item = Field(1, VarintField(3, 7));
  const std::string pair = Field(1, Field(1, "k") + Field(2, text));
  const std::string trace_id(16, '\7');
  const std::string id(8, '\7');
  const std::string ref_type =
      Field(4, Field(1, "opentracing.ref_type") + Field(2, Field(1, "child_of")));
  const std::string link = Field(13, Field(1, trace_id) + Field(2, id));
  const std::string parent_link = Field(13, ref_type + Field(2, id) + Field(1, trace_id));
  const std::string event_name = Field(2, "name");
  const std::string event_attribute = Field(3, Field(1, "event") + Field(2, text));

  for (const std::string& span : {
           Field(5, "first") + Field(5, "second"),
           Field(1, trace_id) + Field(1, ""),
           Field(1, "") + Field(1, trace_id),
           Field(4, id) + Field(4, ""),
           VarintField(6, 2) + VarintField(6, 3),
           VarintField(6, 2) + VarintField(6, 0),
           VarintField(6, (uint64_t{1} << 32U) + 2),
           VarintField(10, 1) + VarintField(10, (uint64_t{1} << 32U) + 5),
           Fixed64Field(7, 5000) + Fixed64Field(8, 9000) + Fixed64Field(7, 6000),
           Fixed32Field(16, 1) + Fixed32Field(16, 2),
           Fixed32Field(16, 2) + Fixed32Field(16, 1),
           // A status in pieces.
           Field(15, VarintField(3, 2)) + Field(15, Field(2, "why")),
           Field(15, Field(2, "why") + VarintField(3, 2)) + Field(15, VarintField(3, 1)),
           Field(15, Field(2, "why")) + Field(15, "") + Field(15, Field(2, "")),
           // Attributes that come late, without key or value, in pieces.
           attribute(Field(2, text)) + Field(5, "name") + attribute(Field(2, text)),
           Field(9, ""),
           Field(9, Field(1, "key")),
           Field(9, Field(2, text)),
           Field(9, Field(2, text) + Field(1, "key") + Field(1, "other")),
           attribute(Field(2, "")),
           attribute(Field(2, text) + Field(2, "")),
           attribute(Field(2, "") + Field(2, text)),
           attribute(Field(2, text) + Field(2, VarintField(3, 7))),
           attribute(Field(2, VarintField(3, 7) + text)),
           attribute(Field(2, text + VarintField(2, 1))),
           attribute(Field(2, DoubleField(4, 1.5) + Field(7, "bytes"))),
           attribute(Field(2, Field(7, "bytes") + DoubleField(4, -0.0))),
           attribute(Field(2, Field(5, item) + Field(5, item))),
           attribute(Field(2, Field(5, item)) + Field(2, Field(5, item))),
           attribute(Field(2, Field(5, item) + text + Field(5, item))),
           attribute(Field(2, Field(6, pair)) + Field(2, Field(6, pair))),
           attribute(Field(2, Field(6, pair) + Field(5, item))),
           attribute(Field(2, VarintField(2, 2))),
           // Unknown fields; a tag and a length in more bytes than need be.
           VarintField(99, 1) + Field(100, "x") + Field(5, "name") + Fixed32Field(101, 1),
           attribute(Field(2, VarintField(9, 1) + text + Field(8, "x"))),
           attribute(VarintField(3, 1) + Field(2, text) + Field(4, "x")),
           std::string("\xAA\x80\x00\x84\x00name", 9),
           // The parent after the links, which repeat it.
           parent_link + Field(4, id) + link + Field(1, trace_id) + parent_link,
           Field(4, id) + parent_link + Field(1, std::string(16, '\1')),
           Field(13, Field(2, id) + Field(2, "")) + Field(13, ""),
           // Events between other fields.
           Field(11, event_attribute + event_name) + Field(5, "name") +
               Field(11, event_name + event_attribute + event_attribute),
           Field(11, Fixed64Field(1, 1) + Fixed64Field(1, 2000) + event_name + Field(2, "")),
           Field(11, VarintField(4, 1) + Field(3, "") + VarintField(4, 3) + VarintField(77, 1)),
       }) {
    SCOPED_TRACE(testing::PrintToString(span));
    EXPECT_TRUE(ExpectTranslatedAsRewritten("", "", span));
  }
}

TEST(JaegerDifferentialTest, TranslatesTheResourceAndTheScopeAsProtobufReadsThem) {
  const auto named = [](const std::string& value) {
    return Field(1, Field(1, "service.name") + value);
  };
  for (const std::string& resource : {
           named(Field(2, Field(1, "first"))) + named(Field(2, Field(1, "second"))),
           named(Field(2, Field(1, ""))) + named(Field(2, Field(1, "second"))),
           named(Field(2, VarintField(3, 1))) + named(Field(2, Field(1, "second"))),
           named(Field(2, Field(1, "first")) + Field(2, Field(1, "second"))),
           VarintField(2, 4) + named("") + VarintField(2, 5),
       }) {
    SCOPED_TRACE(testing::PrintToString(resource));
    EXPECT_TRUE(ExpectTranslatedAsRewritten(
        resource, Field(2, "1.0") + Field(1, "first") + Field(1, "lib"), Field(5, "span")));
  }
}

}  // namespace
}  // namespace spanhold::jaeger
