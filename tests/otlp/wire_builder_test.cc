#include "src/otlp/wire_builder.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/otlp/wire_build.h"
#include "tests/support/make_batch.h"

namespace spanhold::otlp {
namespace {

TEST(WireBuilderTest, WritesFieldsOfEveryType) {
  WireBuilder wire(Reservation(), TestBudget());

  wire.AddVarint(16, 300);
  wire.AddFixed(7, ~uint64_t{0});
  wire.AddFixed(6, uint32_t{257});
  wire.AddFixed(4, 1.5);
  wire.AddBytes(1, "text");
  wire.AddBytes(1, "");
  std::string("bytes").copy(wire.AddBytes(2, 5), 5);
  wire.AddStringAttribute(9, "key", "value");

  EXPECT_EQ(wire.view(),
            Join({VarintField(16, 300), Fixed64Field(7, ~uint64_t{0}), Fixed32Field(6, 257),
                  DoubleField(4, 1.5), Field(1, "text"), Field(1, ""), Field(2, "bytes"),
                  Field(9, StringAttribute("key", "value"))}));
}

TEST(WireBuilderTest, GrowsWhenTheRoomEnds) {
  WireBuilder wire(Reservation(), TestBudget());
  std::string expected;

  for (uint32_t i = 0; i < 1000; ++i) {
    wire.AddVarint(1, i);
    expected += VarintField(1, i);
  }

  EXPECT_EQ(wire.view(), expected);
}

// Lengths of one to four bytes, each after each.
TEST(WireBuilderTest, AMessageHasTheShortestLengthWhateverTheLastOneHad) {
  const std::vector<size_t> sizes = {0, 0, 127, 128, 1, 16383, 16384, 128, 1 << 21, 0, 1 << 21};
  WireBuilder wire(Reservation(), TestBudget());
  std::string expected;
  size_t length_size = 0;

  for (const size_t size : sizes) {
    const std::string text(size, 'x');
    const auto message = wire.BeginMessage(2, length_size);
    wire.AddBytes(5, text);
    length_size = wire.EndMessage(message);
    EXPECT_EQ(length_size, Varint(Field(5, text).size()).size());
    expected += Field(2, Field(5, text));
  }

  EXPECT_TRUE(wire.view() == expected);
}

TEST(WireBuilderTest, MessagesNest) {
  WireBuilder wire(Reservation(), TestBudget());
  std::string expected;

  for (const std::string& text : {std::string("x"), std::string(200, 'x')}) {
    const auto outer = wire.BeginMessage(1, 1);
    const auto inner = wire.BeginMessage(5, 1);
    wire.AddBytes(1, text);
    wire.EndMessage(inner);
    wire.AddBytes(1, text);
    wire.EndMessage(outer);
    expected += Field(1, Field(5, Field(1, text)) + Field(1, text));
  }

  EXPECT_EQ(wire.view(), expected);
}

}  // namespace
}  // namespace spanhold::otlp
