#include "src/exporter/file/record.h"

#include <zstd.h>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include "tests/support/make_batch.h"

namespace spanhold::file {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class RecordTest : public testing::Test {
 protected:
  std::string Record(Format format, Compression compression) const {
    return std::string(
        EncodeRecord(otlp::TraceBatch::Whole(MakeChunk(NumberedSpans(3), "my\nservice"), nullptr),
                     format, compression, TestBudget())
            .view());
  }

  // What stands behind the length, which must be the rest of `record`.
  static std::string Payload(const std::string& record) {
    EXPECT_GE(record.size(), 4U);
    size_t length = 0;
    for (size_t i = 0; i < 4; ++i) {
      length = length * 256 + static_cast<unsigned char>(record[i]);
    }
    EXPECT_EQ(record.size(), 4 + length);
    return record.substr(4);
  }

  static std::string Inflate(const std::string& frame) {
    std::string content(1 << 20, '\0');
    const size_t size = ZSTD_decompress(content.data(), content.size(), frame.data(), frame.size());
    EXPECT_FALSE(ZSTD_isError(size));
    content.resize(size);
    return content;
  }

  static void ExpectThreeSpans(const std::string& protobuf) {
    opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest request;
    ASSERT_TRUE(request.ParseFromString(protobuf));
    ASSERT_EQ(request.resource_spans_size(), 1);
    EXPECT_EQ(request.resource_spans(0).resource().attributes(0).value().string_value(),
              "my\nservice");
    const auto& spans = request.resource_spans(0).scope_spans(0).spans();
    ASSERT_EQ(spans.size(), 3);
    EXPECT_EQ(spans[2].name(), "span-2");
  }
};

TEST_F(RecordTest, IsALineOfJson) {
  const std::string record = Record(Format::kJson, Compression::kNone);

  EXPECT_THAT(record, StartsWith(R"({"resourceSpans":[)"));
  EXPECT_THAT(record, EndsWith("}\n"));
  EXPECT_THAT(record.substr(0, record.size() - 1), Not(HasSubstr("\n")));
  EXPECT_THAT(record, HasSubstr("span-2"));
}

TEST_F(RecordTest, IsProtobufBehindItsLength) {
  ExpectThreeSpans(Payload(Record(Format::kProto, Compression::kNone)));
}

TEST_F(RecordTest, IsACompressedFrameBehindItsLength) {
  ExpectThreeSpans(Inflate(Payload(Record(Format::kProto, Compression::kZstd))));
}

TEST_F(RecordTest, HasNoLinesWhenJsonIsCompressed) {
  const std::string json = Inflate(Payload(Record(Format::kJson, Compression::kZstd)));

  EXPECT_THAT(json, StartsWith(R"({"resourceSpans":[)"));
  EXPECT_THAT(json, EndsWith("}"));
}

}  // namespace
}  // namespace spanhold::file
