#include "src/exporter/debug/text.h"

#include <string>

#include <gtest/gtest.h>
#include <opentelemetry/proto/common/v1/common.pb.h>

namespace spanhold::debug {
namespace {

using OtlpValue = opentelemetry::proto::common::v1::AnyValue;

std::string Printable(std::string_view text) {
  std::string out;
  AppendPrintable(text, out);
  return out;
}

std::string Typed(const OtlpValue& value) {
  const std::string bytes = value.SerializeAsString();
  std::string out;
  AppendTypedValue(otlp::AnyValueView(bytes), out);
  return out;
}

TEST(TextTest, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(Printable("GET /caf\xc3\xa9 \xe2\x82\xac \xc2\xa0\\"),
            "GET /caf\xc3\xa9 \xe2\x82\xac \xc2\xa0\\");
}

TEST(TextTest, EscapesWhatCouldCommandATerminal) {
  EXPECT_EQ(Printable("a\nb\r\tc"), "a\\nb\\r\\tc");
  EXPECT_EQ(Printable("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(Printable(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
  // CSI as one character of Latin-1.
  EXPECT_EQ(Printable("\xc2\x9b"
                      "2J"),
            "\\x9b2J");
}

TEST(TextTest, NamesTheTypeOfAValue) {
  OtlpValue value;
  EXPECT_EQ(Typed(value), "Empty()");
  value.set_string_value("a\nb");
  EXPECT_EQ(Typed(value), "Str(a\\nb)");
  value.set_bool_value(true);
  EXPECT_EQ(Typed(value), "Bool(true)");
  value.set_int_value(-5);
  EXPECT_EQ(Typed(value), "Int(-5)");
  value.set_double_value(1.5);
  EXPECT_EQ(Typed(value), "Double(1.5)");
  value.set_bytes_value("\x01\xff");
  EXPECT_EQ(Typed(value), "Bytes(01ff)");
  value.mutable_array_value()->add_values()->set_int_value(1);
  EXPECT_EQ(Typed(value), "Slice([1])");
  auto& pair = *value.mutable_kvlist_value()->add_values();
  pair.set_key("k");
  pair.mutable_value()->set_string_value("v");
  EXPECT_EQ(Typed(value), R"(Map({"k":"v"}))");
}

}  // namespace
}  // namespace spanhold::debug
