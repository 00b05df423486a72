#include "src/otlp/json_number.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace spanhold::otlp {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

std::optional<int64_t> Int(std::string_view text) {
  const auto number = ParseNumber(FieldType::kInt64, text);
  return number ? ToInteger<int64_t>(*number) : std::nullopt;
}

TEST(ParseNumberTest, IntegersAreExact) {
  EXPECT_EQ(Int("0"), 0);
  EXPECT_EQ(Int("-9223372036854775808"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Int("9223372036854775807"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(ParseNumber(FieldType::kFixed64, "18446744073709551615"),
            Number(std::numeric_limits<uint64_t>::max()));
}

TEST(ParseNumberTest, DigitsAreReadInAnyNumberOfThem) {
  std::string text;
  for (size_t size = 1; size <= 20; ++size) {
    text += static_cast<char>('0' + size % 10);
    const auto expected = static_cast<uint64_t>(std::stoull(text));
    EXPECT_EQ(ToInteger<uint64_t>(*ParseNumber(FieldType::kFixed64, text)), expected) << text;
    for (size_t i = 0; i < size; ++i) {
      for (const char c : {'/', ':', 'x', '\x80', '\0', '\xB5'}) {
        std::string other = text;
        other[i] = c;
        EXPECT_EQ(ParseNumber(FieldType::kFixed64, other), std::nullopt) << other;
      }
    }
  }
}

TEST(ParseNumberTest, WholeNumbersMayHaveAFractionOrAnExponent) {
  EXPECT_EQ(Int("1.5e3"), 1500);
  EXPECT_EQ(Int("2.0"), 2);
  EXPECT_EQ(Int("1.5"), std::nullopt);
}

TEST(ParseNumberTest, OnlyEnumsHaveNames) {
  EXPECT_EQ(ParseNumber(FieldType::kSpanKind, "SPAN_KIND_CONSUMER"), Number(int64_t{5}));
  EXPECT_EQ(ParseNumber(FieldType::kStatusCode, "STATUS_CODE_ERROR"), Number(int64_t{2}));
  EXPECT_EQ(ParseNumber(FieldType::kSpanKind, "2"), Number(int64_t{2}));
  EXPECT_EQ(ParseNumber(FieldType::kSpanKind, "STATUS_CODE_ERROR"), std::nullopt);
  EXPECT_EQ(ParseNumber(FieldType::kSpanKind, "SERVER"), std::nullopt);
}

TEST(ParseNumberTest, OnlyDoublesMayBeNoNumbers) {
  EXPECT_TRUE(std::isnan(ToDouble(*ParseNumber(FieldType::kDouble, "NaN"))));
  EXPECT_EQ(ToDouble(*ParseNumber(FieldType::kDouble, "-Infinity")),
            -std::numeric_limits<double>::infinity());
  EXPECT_EQ(ParseNumber(FieldType::kInt64, "NaN"), std::nullopt);
  EXPECT_EQ(ParseNumber(FieldType::kDouble, "nan"), std::nullopt);
  EXPECT_EQ(ParseNumber(FieldType::kDouble, "inf"), std::nullopt);
}

TEST(ParseNumberTest, MinusZeroIsADouble) {
  EXPECT_TRUE(std::signbit(ToDouble(*ParseNumber(FieldType::kDouble, "-0"))));
}

TEST(ParseNumberTest, WhatIsTooSmallForADoubleIsZeroAndWhatIsTooLargeRefused) {
  EXPECT_EQ(ParseNumber(FieldType::kDouble, "4.9e-324"), Number(4.9e-324));
  EXPECT_EQ(ParseNumber(FieldType::kDouble, "1e-999"), Number(0.0));
  EXPECT_EQ(ParseNumber(FieldType::kDouble, "-1e-999"), Number(-0.0));
  EXPECT_EQ(ParseNumber(FieldType::kDouble, "1e999"), std::nullopt);
  EXPECT_EQ(ParseNumber(FieldType::kDouble, "-1e999"), std::nullopt);
}

TEST(ParseNumberTest, TextIsRefused) {
  for (const char* text : {"", " 1", "1 ", "+1", "0x10", "1e", "one", "1,5", "--1"}) {
    EXPECT_EQ(ParseNumber(FieldType::kInt64, text), std::nullopt) << text;
  }
}

TEST(ToIntegerTest, RangesAreExact) {
  EXPECT_EQ(ToInteger<int64_t>(kTwoTo63), std::nullopt);
  EXPECT_EQ(ToInteger<int64_t>(-kTwoTo63), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(ToInteger<uint64_t>(2 * kTwoTo63), std::nullopt);
  EXPECT_EQ(ToInteger<uint64_t>(int64_t{-1}), std::nullopt);
  EXPECT_EQ(ToInteger<uint32_t>(uint64_t{1} << 32U), std::nullopt);
  EXPECT_EQ(ToInteger<uint32_t>(4294967295.0), 4294967295U);
  EXPECT_EQ(ToInteger<int32_t>(-2147483648.0), std::numeric_limits<int32_t>::min());
  EXPECT_EQ(ToInteger<int64_t>(std::nan("")), std::nullopt);
}

TEST(IsWholeTest, IsFalseForFractionsAndNoNumbers) {
  EXPECT_TRUE(IsWhole(1e21));
  EXPECT_TRUE(IsWhole(int64_t{-3}));
  EXPECT_FALSE(IsWhole(0.5));
  EXPECT_FALSE(IsWhole(std::nan("")));
  EXPECT_FALSE(IsWhole(std::numeric_limits<double>::infinity()));
}

}  // namespace
}  // namespace spanhold::otlp
