#include "src/otlp/json_text.h"

#include <string>

#include <gtest/gtest.h>

namespace spanhold::otlp {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
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
  EXPECT_EQ(Quoted("say \"日本語\"\n"), R"("say \"日本語\"\n")");
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

TEST(JsonTextTest, HexIsReadInEitherCase) {
  EXPECT_EQ(FromHex("01abFF"), "\x01\xAB\xFF");
  EXPECT_EQ(FromHex(""), "");
}

TEST(JsonTextTest, WhatIsNotHexIsRefused) {
  for (const char* text : {"0", "0g", "g0", "0 ", "@A", "`a", "\xC3\xA9"}) {
    EXPECT_EQ(FromHex(text), "refused") << text;
  }
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
