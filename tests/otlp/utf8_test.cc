#include "src/otlp/utf8.h"

#include <simdjson.h>

#include <string>

#include <gtest/gtest.h>

namespace spanhold::otlp {
namespace {

TEST(Utf8Test, AsciiIsFoundAtEveryLength) {
  for (size_t size = 0; size < 40; ++size) {
    EXPECT_TRUE(IsAscii(std::string(size, 'a'))) << size;
  }
}

TEST(Utf8Test, OneHighByteIsSeenAtEveryPosition) {
  for (size_t size = 1; size < 40; ++size) {
    for (size_t position = 0; position < size; ++position) {
      std::string text(size, 'a');
      text[position] = '\x80';
      EXPECT_FALSE(IsAscii(text)) << position << " of " << size;
      EXPECT_FALSE(IsUtf8(text)) << position << " of " << size;
    }
  }
}

TEST(Utf8Test, CharactersOfEveryLengthAreValid) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8(std::string("\0", 1)));
  EXPECT_TRUE(IsUtf8("\x7F"));
  EXPECT_TRUE(IsUtf8("\xC2\x80 \xDF\xBF"));
  EXPECT_TRUE(IsUtf8("\xE0\xA0\x80 \xEF\xBF\xBF"));
  EXPECT_TRUE(IsUtf8("\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"));
}

// Every pair of first bytes with bytes at the edges of their ranges behind them.
TEST(Utf8Test, AgreesWithAnIndependentValidator) {
  const std::string edges = "\x7F\x80\xBF\xC0";
  std::string text = "12345678....";
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      for (const char third : edges) {
        for (const char fourth : edges) {
          text[8] = static_cast<char>(first);
          text[9] = static_cast<char>(second);
          text[10] = third;
          text[11] = fourth;
          for (size_t size = 9; size <= 12; ++size) {
            const std::string_view part(text.data(), size);
            ASSERT_EQ(IsUtf8(part), simdjson::validate_utf8(part)) << testing::PrintToString(part);
          }
        }
      }
    }
  }
}

TEST(Utf8Test, WhatOnlyLooksLikeItIsNot) {
  EXPECT_FALSE(IsUtf8("\xC0\x80"));          // overlong
  EXPECT_FALSE(IsUtf8("\xE0\x9F\xBF"));      // overlong
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));      // a surrogate
  EXPECT_FALSE(IsUtf8("\xF4\x90\x80\x80"));  // past U+10FFFF
  EXPECT_FALSE(IsUtf8("\xF8\x88\x80\x80\x80"));
  EXPECT_FALSE(IsUtf8("text that ends in the middle of \xE6\x97"));
}

}  // namespace
}  // namespace spanhold::otlp
