#include "src/otlp/json_text.h"

#include <bit>
#include <charconv>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace spanhold::otlp {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

std::string DoubleText(double value) {
  std::string out;
  AppendJsonDouble(out, value);
  return out;
}

std::string Unescaped(std::string_view escaped) {
  std::string out;
  return AppendUnescaped(out, escaped) ? out : "refused";
}

std::string FromHex(std::string_view text) {
  std::string out(text.size() / 2, '\0');
  return ReadHex(text, out.data()) ? out : "refused";
}

std::string FromBase64(std::string_view text) {
  std::string out;
  return AppendFromBase64(out, text) ? out : "refused";
}

TEST(JsonTextTest, StringsAreQuotedAndEscaped) {
  EXPECT_EQ(Quoted(""), R"("")");
  EXPECT_EQ(Quoted("a/b 日本語 \x7F"), "\"a/b 日本語 \x7F\"");
  EXPECT_EQ(Quoted("say \"\\\""), R"("say \"\\\"")");
  EXPECT_EQ(Quoted("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(Quoted(std::string("\0x\x1F", 3)), R"("\u0000x\u001f")");
}

TEST(JsonTextTest, EscapesStandForTheirCharacters) {
  EXPECT_EQ(Unescaped(""), "");
  EXPECT_EQ(Unescaped("plain"), "plain");
  EXPECT_EQ(Unescaped(R"(a\"\\\/\b\f\n\r\tz)"), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(Unescaped(R"(\u0041\u00e9\u65E5)"), "Aé日");
  EXPECT_EQ(Unescaped(R"(\u0000)"), std::string(1, '\0'));
  EXPECT_EQ(Unescaped(R"(\ud83d\ude00!)"), "😀!");
}

TEST(JsonTextTest, HalfASurrogatePairBecomesTheReplacementCharacter) {
  EXPECT_EQ(Unescaped(R"(cut \ud83d)"), "cut \uFFFD");
  EXPECT_EQ(Unescaped(R"(\ude00 low)"), "\uFFFD low");
  EXPECT_EQ(Unescaped(R"(\ud83d\ud83d\ude00)"), "\uFFFD😀");
  EXPECT_EQ(Unescaped(R"(\ud83d\n)"), "\uFFFD\n");
}

TEST(JsonTextTest, UnknownEscapesAreRefused) {
  for (const char* text : {"\\", "\\x", "\\u", "\\u12", "\\u123g", "\\u 123", "a\\"}) {
    EXPECT_EQ(Unescaped(text), "refused") << text;
  }
}

TEST(JsonTextTest, DoublesAreWrittenAsJavaScriptDoes) {
  EXPECT_EQ(DoubleText(0), "0");
  EXPECT_EQ(DoubleText(-0.0), "-0");
  EXPECT_EQ(DoubleText(0.1), "0.1");
  EXPECT_EQ(DoubleText(100000), "100000");
  EXPECT_EQ(DoubleText(1e20), "100000000000000000000");
  EXPECT_EQ(DoubleText(1e21), "1e+21");
  EXPECT_EQ(DoubleText(0.000001), "0.000001");
  EXPECT_EQ(DoubleText(-1.5e-7), "-1.5e-07");
}

TEST(JsonTextTest, DoublesThatAreNoNumbersAreStrings) {
  EXPECT_EQ(DoubleText(std::numeric_limits<double>::quiet_NaN()), "\"NaN\"");
  EXPECT_EQ(DoubleText(std::numeric_limits<double>::infinity()), "\"Infinity\"");
  EXPECT_EQ(DoubleText(-std::numeric_limits<double>::infinity()), "\"-Infinity\"");
}

TEST(JsonTextTest, EveryDoubleReadsBackAsItself) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10000; ++i) {
    const auto value = std::bit_cast<double>(random());
    const std::string text = DoubleText(value);
    if (text[0] == '"') {
      continue;
    }
    double again = 0;
    std::from_chars(text.data(), text.data() + text.size(), again);
    EXPECT_EQ(again, value) << text;
  }
}

TEST(JsonTextTest, IntegersAreWrittenInFull) {
  std::string out;
  AppendJsonInt(out, std::numeric_limits<int64_t>::min());
  out += ' ';
  AppendJsonUint(out, std::numeric_limits<uint64_t>::max());

  EXPECT_EQ(out, "-9223372036854775808 18446744073709551615");
}

TEST(JsonTextTest, HexIsWrittenLowerAndReadInEitherCase) {
  std::string out;
  AppendHex(out, "\x01\xAB\xFF");

  EXPECT_EQ(out, "01abff");
  EXPECT_EQ(FromHex("01abFF"), "\x01\xAB\xFF");
  EXPECT_EQ(FromHex(""), "");
}

TEST(JsonTextTest, WhatIsNotHexIsRefused) {
  for (const char* text : {"0", "0g", "g0", "0 ", "@A", "`a", "\xC3\xA9"}) {
    EXPECT_EQ(FromHex(text), "refused") << text;
  }
}

TEST(JsonTextTest, Base64IsWrittenInTheStandardAlphabetWithPadding) {
  std::string out;
  AppendBase64(out, "\xFB\xFF\xFE~");

  EXPECT_EQ(out, "+//+fg==");
}

TEST(JsonTextTest, Base64IsReadInEitherAlphabetWithOrWithoutPadding) {
  for (const char* text : {"+//+fg==", "-__-fg==", "+//+fg", "-__-fg"}) {
    EXPECT_EQ(FromBase64(text), "\xFB\xFF\xFE~") << text;
  }
  EXPECT_EQ(FromBase64(""), "");
}

TEST(JsonTextTest, WhatIsNotBase64IsRefused) {
  for (const char* text : {"a", "!!!!", "ab=c", "é"}) {
    EXPECT_EQ(FromBase64(text), "refused") << text;
  }
}

}  // namespace
}  // namespace spanhold::otlp
