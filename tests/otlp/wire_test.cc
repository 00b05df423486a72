#include "src/otlp/wire.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/otlp/wire_build.h"

namespace spanhold::otlp {
namespace {

std::string Bytes(std::initializer_list<int> bytes) {
  std::string out;
  for (const int byte : bytes) {
    out += static_cast<char>(byte);
  }
  return out;
}

bool ReadsVarint(const std::string& bytes, uint64_t expected) {
  WireCursor cursor(bytes);
  uint64_t value = 0;
  return cursor.ReadVarint(value) && value == expected && cursor.done();
}

bool ReadsTag(const std::string& bytes, uint32_t expected) {
  WireCursor cursor(bytes);
  uint32_t tag = 0;
  return cursor.ReadTag(tag) && tag == expected && cursor.done();
}

bool ReadsBytes(const std::string& bytes, const std::string& expected) {
  WireCursor cursor(bytes);
  std::string_view content;
  return cursor.ReadBytes(content) && content == expected && cursor.done();
}

TEST(WireCursorTest, ReadsVarintsOfEveryLength) {
  for (uint32_t bit = 0; bit < 64; ++bit) {
    const uint64_t value = uint64_t{1} << bit;
    EXPECT_TRUE(ReadsVarint(Varint(value), value)) << bit;
    EXPECT_TRUE(ReadsVarint(Varint(value - 1), value - 1)) << bit;
  }
  EXPECT_TRUE(ReadsVarint(Varint(~uint64_t{0}), ~uint64_t{0}));
}

TEST(WireCursorTest, ReadsVarintsThatAreLongerThanNeedBe) {
  EXPECT_TRUE(ReadsVarint(Bytes({0x81, 0x80, 0x80, 0x00}), 1));
  EXPECT_TRUE(ReadsVarint(Bytes({0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}), 1));
}

TEST(WireCursorTest, RefusesVarintsThatEndTooSoonOrTooLate) {
  EXPECT_FALSE(ReadsVarint("", 0));
  EXPECT_FALSE(ReadsVarint(Bytes({0x80}), 0));
  EXPECT_FALSE(ReadsVarint(std::string(10, '\x80') + '\x01', 0));
}

TEST(WireCursorTest, RefusesVarintsBeyond64Bits) {
  EXPECT_FALSE(ReadsVarint(std::string(9, '\xFF') + '\x02', 0));
}

TEST(WireCursorTest, ReadsTagsOfEveryFieldNumber) {
  for (const uint32_t number : {1U, 15U, 16U, 19000U, 0x1FFFFFFFU}) {
    EXPECT_TRUE(ReadsTag(Tag(number, 2), MakeTag(number, WireType::kBytes))) << number;
  }
  EXPECT_TRUE(ReadsTag(Bytes({0x8A, 0x80, 0x80, 0x80, 0x00}), MakeTag(1, WireType::kBytes)));
}

TEST(WireCursorTest, RefusesFieldNumberZero) {
  EXPECT_FALSE(ReadsTag(Bytes({0x02}), 2));
  EXPECT_FALSE(ReadsTag(Bytes({0x82, 0x00}), 2));
}

TEST(WireCursorTest, RefusesTagsBeyond32Bits) {
  EXPECT_FALSE(ReadsTag(Bytes({0x8A, 0x80, 0x80, 0x80, 0x10}), 10));
  EXPECT_FALSE(ReadsTag(Bytes({0x8A, 0x80, 0x80, 0x80, 0x80, 0x00}), 10));
}

TEST(WireCursorTest, ReadsLengthDelimitedContent) {
  EXPECT_TRUE(ReadsBytes(Bytes({0x00}), ""));
  EXPECT_TRUE(ReadsBytes(Bytes({0x02}) + "ab", "ab"));
  EXPECT_TRUE(ReadsBytes(Bytes({0x82, 0x00}) + "ab", "ab"));
  EXPECT_TRUE(ReadsBytes(Varint(300) + std::string(300, 'x'), std::string(300, 'x')));
}

TEST(WireCursorTest, RefusesLengthsPastTheEnd) {
  EXPECT_FALSE(ReadsBytes("", ""));
  EXPECT_FALSE(ReadsBytes(Bytes({0x01}), ""));
  EXPECT_FALSE(ReadsBytes(Bytes({0x03}) + "ab", "ab"));
  EXPECT_FALSE(ReadsBytes(Bytes({0xFF, 0xFF, 0xFF, 0xFF, 0x0F}) + "ab", "ab"));
  EXPECT_FALSE(ReadsBytes(Bytes({0x80, 0x80, 0x80, 0x80, 0x10}), ""));  // 2^32, not 0
}

TEST(WireCursorTest, ReadsFixedValues) {
  const std::string bytes = Bytes({1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4});
  WireCursor cursor(bytes);
  uint64_t wide = 0;
  uint32_t narrow = 0;

  ASSERT_TRUE(cursor.ReadFixed64(wide));
  ASSERT_TRUE(cursor.ReadFixed32(narrow));

  EXPECT_EQ(wide, 0x0807060504030201U);
  EXPECT_EQ(narrow, 0x04030201U);
  EXPECT_FALSE(cursor.ReadFixed32(narrow));
}

TEST(WireCursorTest, SkipsEveryWireTypeButGroups) {
  const std::string fields = "\x01" + std::string(8, 'x') + Varint(3) + "abc" + std::string(4, 'x');
  WireCursor cursor(fields);

  EXPECT_TRUE(cursor.Skip(WireType::kVarint));
  EXPECT_TRUE(cursor.Skip(WireType::kFixed64));
  EXPECT_TRUE(cursor.Skip(WireType::kBytes));
  EXPECT_TRUE(cursor.Skip(WireType::kFixed32));

  EXPECT_TRUE(cursor.done());
  for (const uint32_t type : {3U, 4U, 6U, 7U}) {
    WireCursor again(fields);
    EXPECT_FALSE(again.Skip(WireTypeOf(type))) << type;
  }
}

}  // namespace
}  // namespace spanhold::otlp
