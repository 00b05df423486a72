#include "src/exporter/jaeger/thrift_writer.h"

#include <limits>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include "tests/support/make_batch.h"

namespace spanhold::jaeger {
namespace {

using apache::thrift::protocol::TType;

// Calls `write(protocol)` and returns what Thrift's own library has written.
template <typename Write>
std::string ByTheLibrary(Write&& write) {
  const auto buffer = std::make_shared<apache::thrift::transport::TMemoryBuffer>();
  apache::thrift::protocol::TBinaryProtocol protocol(buffer);
  write(protocol);
  return buffer->getBufferAsString();
}

TEST(ThriftWriterTest, WritesEachTypeAsThriftsLibraryDoes) {
  ThriftWriter out(0, TestBudget());
  out.Bool(1, true);
  out.Bool(2, false);
  out.Int32(3, 0x01020304);
  out.Int64(4, 0xF102030405060708);
  out.Double(5, -2.5);
  out.Double(300, std::numeric_limits<double>::infinity());
  out.Text(7, "text");
  out.Text(8, "");
  out.BeginStruct(9);
  out.EndStruct();
  out.BeginStructs(10, 300);

  EXPECT_EQ(std::move(out).Take().view(), ByTheLibrary([](auto& protocol) {
              protocol.writeFieldBegin("", TType::T_BOOL, 1);
              protocol.writeBool(true);
              protocol.writeFieldBegin("", TType::T_BOOL, 2);
              protocol.writeBool(false);
              protocol.writeFieldBegin("", TType::T_I32, 3);
              protocol.writeI32(0x01020304);
              protocol.writeFieldBegin("", TType::T_I64, 4);
              protocol.writeI64(static_cast<int64_t>(0xF102030405060708));
              protocol.writeFieldBegin("", TType::T_DOUBLE, 5);
              protocol.writeDouble(-2.5);
              protocol.writeFieldBegin("", TType::T_DOUBLE, 300);
              protocol.writeDouble(std::numeric_limits<double>::infinity());
              protocol.writeFieldBegin("", TType::T_STRING, 7);
              protocol.writeString(std::string("text"));
              protocol.writeFieldBegin("", TType::T_STRING, 8);
              protocol.writeString(std::string());
              protocol.writeFieldBegin("", TType::T_STRUCT, 9);
              protocol.writeFieldStop();
              protocol.writeFieldBegin("", TType::T_LIST, 10);
              protocol.writeListBegin(TType::T_STRUCT, 300);
            }));
}

TEST(ThriftWriterTest, KeepsWhatIsWrittenAndPaysForItWhenItGrows) {
  MemoryBudget budget(1 << 20);
  ThriftWriter out(10, budget);
  std::string expected;
  for (int16_t i = 0; i < 1000; ++i) {
    const std::string text = std::to_string(i);
    out.Text(i, text);
    expected += ByTheLibrary([&](auto& protocol) {
      protocol.writeFieldBegin("", TType::T_STRING, i);
      protocol.writeString(text);
    });
  }

  const Bytes written = std::move(out).Take();

  EXPECT_EQ(written.view(), expected);
  EXPECT_GE(budget.used(), expected.size());
}

}  // namespace
}  // namespace spanhold::jaeger
