#include "src/exporter/jaeger/proto_writer.h"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "tests/otlp/wire_build.h"
#include "tests/support/make_batch.h"

namespace spanhold::jaeger {
namespace {

std::string Written(ProtoWriter&& out) {
  return std::string(std::move(out).Take().view());
}

TEST(ProtoWriterTest, WritesEachTypeAsProtobufHasIt) {
  ProtoWriter out(100, TestBudget());
  out.Varint(1, 0);
  out.Varint(2, 127);
  out.Varint(3, 128);
  out.Varint(4, ~uint64_t{0});
  out.Double(5, -2.5);
  out.Text(15, "text");
  std::memcpy(out.Text(6, 2), "id", 2);

  EXPECT_EQ(Written(std::move(out)),
            otlp::VarintField(1, 0) + otlp::VarintField(2, 127) + otlp::VarintField(3, 128) +
                otlp::VarintField(4, ~uint64_t{0}) + otlp::DoubleField(5, -2.5) +
                otlp::Field(15, "text") + otlp::Field(6, "id"));
}

TEST(ProtoWriterTest, WritesAMessageOfAnySizeWhateverWasExpected) {
  for (const size_t expected_size : {0, 127, 128, 100'000}) {
    for (const size_t size : {0, 125, 126, 127, 16'380, 16'381, 16'382, 100'000}) {
      SCOPED_TRACE(testing::Message() << expected_size << " " << size);
      const std::string text(size, 'x');
      ProtoWriter out(0, TestBudget());
      out.Text(1, "before");
      out.Message(2, expected_size, [&] {
        out.Message(3, expected_size, [&] { out.Text(4, text); });
        out.Message(5, expected_size, [] {});
      });
      out.Text(6, "after");

      const std::string message = otlp::Field(3, otlp::Field(4, text)) + otlp::Field(5, "");
      EXPECT_EQ(Written(std::move(out)),
                otlp::Field(1, "before") + otlp::Field(2, message) + otlp::Field(6, "after"));
    }
  }
}

}  // namespace
}  // namespace spanhold::jaeger
