#include "src/otlp/wire_builder.h"

#include <string>

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

// Lengths of one to three bytes, as expected or not.
TEST(WireBuilderTest, WritesAMessageOfAnySizeWhateverWasExpected) {
  for (const size_t expected_size : {0, 127, 128, 100'000}) {
    for (const size_t size : {0, 125, 126, 127, 16'380, 16'381, 16'382, 100'000}) {
      SCOPED_TRACE(testing::Message() << expected_size << " " << size);
      const std::string text(size, 'x');
      WireBuilder wire(Reservation(), TestBudget());

      wire.AddBytes(1, "before");
      wire.AddMessage(2, expected_size, [&] {
        EXPECT_EQ(wire.AddMessage(3, expected_size, [&] { wire.AddBytes(4, text); }),
                  Field(4, text).size());
        EXPECT_EQ(wire.AddMessage(5, expected_size, [] {}), 0U);
      });
      wire.AddBytes(6, "after");

      EXPECT_EQ(wire.view(), Field(1, "before") +
                                 Field(2, Field(3, Field(4, text)) + Field(5, "")) +
                                 Field(6, "after"));
    }
  }
}

}  // namespace
}  // namespace spanhold::otlp
