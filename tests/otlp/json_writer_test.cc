#include "src/otlp/json_writer.h"

#include <bit>
#include <charconv>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/make_batch.h"

namespace spanhold::otlp {
namespace {

// What `write(JsonWriter&)` writes.
template <typename Write>
std::string Text(Write write) {
  JsonWriter writer(TestBudget().Reserve(1), TestBudget());
  write(writer);
  return std::string(writer.text());
}

std::string Quoted(std::string_view text) {
  return Text([text](JsonWriter& writer) { writer.WriteString(text); });
}

std::string DoubleText(double value) {
  return Text([value](JsonWriter& writer) { writer.WriteDouble(value); });
}

// Character by character.
std::string QuotedSlowly(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\x1F') {
      out += "\\u001f";
    } else {
      out += c;
    }
  }
  return out + '"';
}

TEST(JsonWriterTest, StringsAreQuotedAndEscaped) {
  EXPECT_EQ(Quoted(""), R"("")");
  EXPECT_EQ(Quoted("a/b 日本語 \x7F"), "\"a/b 日本語 \x7F\"");
  EXPECT_EQ(Quoted("say \"\\\""), R"("say \"\\\"")");
  EXPECT_EQ(Quoted("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(Quoted(std::string("\0x\x1F", 3)), R"("\u0000x\u001f")");
}

// In words, and in what is left of a word at the end.
TEST(JsonWriterTest, EscapesAreFoundAtEveryPlace) {
  for (size_t size = 1; size <= 40; ++size) {
    for (size_t place = 0; place < size; ++place) {
      for (const char c :
           {'"', '\\', '\n', '\x1F', ' ', '!', '#', '[', ']', '\x7F', '\x80', '\xFF'}) {
        std::string text(size, 'x');
        text[place] = c;
        EXPECT_EQ(Quoted(text), QuotedSlowly(text));
        text[size / 2] = '"';
        EXPECT_EQ(Quoted(text), QuotedSlowly(text));
      }
    }
  }
}

TEST(JsonWriterTest, KeysAreQuotedNames) {
  EXPECT_EQ(Text([](JsonWriter& writer) { writer.WriteKey(JsonName("trace_id")); }),
            R"("traceId":)");
}

TEST(JsonWriterTest, DoublesAreWrittenAsJavaScriptDoes) {
  EXPECT_EQ(DoubleText(0), "0");
  EXPECT_EQ(DoubleText(-0.0), "-0");
  EXPECT_EQ(DoubleText(0.1), "0.1");
  EXPECT_EQ(DoubleText(100000), "100000");
  EXPECT_EQ(DoubleText(1e20), "100000000000000000000");
  EXPECT_EQ(DoubleText(1e21), "1e+21");
  EXPECT_EQ(DoubleText(0.000001), "0.000001");
  EXPECT_EQ(DoubleText(-1.5e-7), "-1.5e-07");
}

TEST(JsonWriterTest, DoublesThatAreNoNumbersAreStrings) {
  EXPECT_EQ(DoubleText(std::numeric_limits<double>::quiet_NaN()), "\"NaN\"");
  EXPECT_EQ(DoubleText(std::numeric_limits<double>::infinity()), "\"Infinity\"");
  EXPECT_EQ(DoubleText(-std::numeric_limits<double>::infinity()), "\"-Infinity\"");
}

TEST(JsonWriterTest, EveryDoubleReadsBackAsItself) {
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

TEST(JsonWriterTest, IntegersAreWrittenInFull) {
  EXPECT_EQ(Text([](JsonWriter& writer) {
              writer.WriteInt(std::numeric_limits<int64_t>::min());
              writer.Write(' ');
              writer.WriteUint(std::numeric_limits<uint64_t>::max());
            }),
            "-9223372036854775808 18446744073709551615");
}

TEST(JsonWriterTest, LongIntegersAreWrittenInFullToo) {
  std::vector<uint64_t> values = {0,
                                  7,
                                  1'704'067'200'123'456'789,
                                  9'999'999'999'999'999,
                                  10'000'000'000'000'000,
                                  std::numeric_limits<uint64_t>::max()};
  std::mt19937_64 random(1);
  for (uint64_t group = 0; group < 10'000; ++group) {
    values.push_back(random() >> random() % 64);
    values.push_back(100'0000'0000'0000'0000 + group * 1'0001'0001'0001);
  }
  for (const uint64_t value : values) {
    EXPECT_EQ(Text([value](JsonWriter& writer) { writer.WriteLongUint(value); }),
              std::to_string(value));
  }
}

TEST(JsonWriterTest, HexIsLowerCase) {
  EXPECT_EQ(Text([](JsonWriter& writer) { writer.WriteHex("\x01\xAB\xFF"); }), "01abff");
}

TEST(JsonWriterTest, Base64HasTheStandardAlphabetWithPadding) {
  EXPECT_EQ(Text([](JsonWriter& writer) { writer.WriteBase64("\xFB\xFF\xFE~"); }), "+//+fg==");
}

}  // namespace
}  // namespace spanhold::otlp
