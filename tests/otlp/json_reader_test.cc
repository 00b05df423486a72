#include "src/otlp/json_reader.h"

#include <simdjson.h>

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace spanhold::otlp {
namespace {

// In a buffer of its own size, so that a read past its end is seen by the sanitizers.
struct Text {
  explicit Text(std::string_view json)
      : buffer(std::make_unique<char[]>(json.size())),
        size(json.copy(buffer.get(), json.size())),
        reader({buffer.get(), size}) {}

  std::unique_ptr<char[]> buffer;
  size_t size;
  JsonReader reader;
};

// What a string stands for, or what is wrong with it.
std::string StringIn(std::string_view json) {
  Text text(json);
  std::string scratch;
  std::string_view value;
  return text.reader.ReadString(scratch, value) && text.reader.ReadEnd() ? std::string(value)
                                                                         : text.reader.problem();
}

std::string NumberIn(std::string_view json) {
  Text text(json);
  std::string_view number;
  return text.reader.ReadNumber(number) && text.reader.ReadEnd() ? std::string(number)
                                                                 : text.reader.problem();
}

// "" or what is wrong.
std::string Skipped(std::string_view json) {
  Text text(json);
  return text.reader.Skip() && text.reader.ReadEnd() ? "" : text.reader.problem();
}

TEST(JsonReaderTest, ObjectsAndArraysAreReadInOrder) {
  Text text(" { \"a\" : [ 1 , 2 ] , \"b\" : [ ] , \"c\" : { } } ");
  JsonReader& reader = text.reader;
  std::vector<std::string> seen;

  const bool read = reader.ReadObject([&] {
    std::string scratch;
    std::string_view key;
    if (!reader.ReadKey(scratch, key)) {
      return false;
    }
    seen.emplace_back(key);
    if (key == "c") {
      return reader.ReadObject([] { return false; });
    }
    return reader.ReadArray([&] {
      std::string_view number;
      const bool item = reader.ReadNumber(number);
      seen.emplace_back(number);
      return item;
    });
  });

  EXPECT_TRUE(read && reader.ReadEnd()) << reader.problem();
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "1", "2", "b", "c"}));
}

TEST(JsonReaderTest, AStringEndsAtItsQuoteWhereverThatIs) {
  for (size_t size = 0; size < 40; ++size) {
    const std::string plain(size, 'x');
    EXPECT_EQ(StringIn("\"" + plain + "\""), plain);
    EXPECT_EQ(StringIn(" \"" + plain + "\"  "), plain);
    EXPECT_EQ(StringIn("\"" + plain + "\\\"\""), plain + "\"");
    EXPECT_EQ(StringIn("\"" + plain + "\\\\\""), plain + "\\");
    EXPECT_EQ(StringIn("\"" + plain + "\xC3\xA4\""), plain + "ä");
    EXPECT_EQ(StringIn("\"" + plain + "\x7F\""), plain + "\x7F");
  }
}

TEST(JsonReaderTest, AStringWithWhatIsNoStringIsRefusedWhereverThatIs) {
  for (size_t size = 0; size < 40; ++size) {
    const std::string plain = "\"" + std::string(size, 'x');
    const std::string end = "malformed JSON at byte " + std::to_string(size + 1);
    EXPECT_EQ(StringIn(plain), end);
    EXPECT_EQ(StringIn(plain + "\\"), end);
    EXPECT_EQ(StringIn(plain + "\n\""), end);
    EXPECT_EQ(StringIn(plain + "\x1F\""), end);
    EXPECT_EQ(StringIn(plain + std::string(1, '\0') + "\""), end);
    EXPECT_EQ(StringIn(plain + "\\x\""), "malformed escape in a string");
    EXPECT_EQ(StringIn(plain + "\\u12\""), "malformed escape in a string");
    EXPECT_EQ(StringIn(plain + "\xC3\""), "a string is not valid UTF-8");
    EXPECT_EQ(StringIn(plain + "\xFF\\n\""), "a string is not valid UTF-8");
  }
}

TEST(JsonReaderTest, NumbersAreReadAsTheyAreWritten) {
  for (const char* number :
       {"0", "-0", "7", "1234567890123456789012345", "-1.5", "0.25", "1e9", "1E+9", "0.1e-9"}) {
    EXPECT_EQ(NumberIn(number), number);
  }
}

TEST(JsonReaderTest, WhatIsNoNumberIsRefused) {
  EXPECT_EQ(NumberIn("-"), "malformed JSON at byte 1");
  EXPECT_EQ(NumberIn("1."), "malformed JSON at byte 2");
  EXPECT_EQ(NumberIn("1.e5"), "malformed JSON at byte 2");
  EXPECT_EQ(NumberIn("1e"), "malformed JSON at byte 2");
  EXPECT_EQ(NumberIn("1e+"), "malformed JSON at byte 3");
  EXPECT_EQ(NumberIn("+1"), "malformed JSON at byte 0");
  EXPECT_EQ(NumberIn(".5"), "malformed JSON at byte 0");
  EXPECT_EQ(NumberIn("-Infinity"), "malformed JSON at byte 1");
  EXPECT_EQ(NumberIn("01"), "something follows it");
  EXPECT_EQ(NumberIn("0x10"), "something follows it");
}

TEST(JsonReaderTest, WhatIsOfAnotherKindIsToldFromWhatIsNoJson) {
  std::string_view number;
  bool flag = false;
  EXPECT_EQ(StringIn("5"), "not a string");
  EXPECT_EQ(NumberIn("\"5\""), "not a number");
  for (const char* json : {"", " ", "x", "}", ","}) {
    EXPECT_EQ(StringIn(json).substr(0, 14), "malformed JSON");
  }
  EXPECT_FALSE(Text("1").reader.ReadBool(flag));
  EXPECT_FALSE(Text("true").reader.ReadNumber(number));
  EXPECT_FALSE(Text("tru").reader.ReadBool(flag));
  EXPECT_FALSE(Text("nul").reader.ReadNull());
  EXPECT_FALSE(Text("[]").reader.ReadObject([] { return true; }));
  EXPECT_FALSE(Text("{}").reader.ReadArray([] { return true; }));
}

TEST(JsonReaderTest, TakesATextOnlyIfAllOfItComes) {
  for (const std::string key :
       {"\"key\":", "\"name\":", "\"spanId\":", "\"scopeSpans\":", "\"droppedAttributesCount\":"}) {
    EXPECT_TRUE(Text(key).reader.Take(key));
    EXPECT_TRUE(Text(key + "1").reader.Take(key));
    EXPECT_FALSE(Text(" " + key).reader.Take(key));
    for (size_t i = 0; i < key.size(); ++i) {
      std::string other = key;
      other[i] ^= 1;
      EXPECT_FALSE(Text(other).reader.Take(key)) << other;
      EXPECT_FALSE(Text(key.substr(0, i)).reader.Take(key));
    }
  }
}

TEST(JsonReaderTest, SkipsAnyValueAndNoMore) {
  Text text(R"({"a":[1,{"b":"]}\""},[[]],{}],"c":null,"d":[true,false]}!)");

  EXPECT_TRUE(text.reader.Skip());

  EXPECT_EQ(text.reader.Peek(), '!');
}

TEST(JsonReaderTest, NestingCostsNoStack) {
  constexpr size_t kLevels = 1'000'000;
  EXPECT_EQ(Skipped(std::string(kLevels, '[') + std::string(kLevels, ']')), "");
  EXPECT_EQ(Skipped(std::string(kLevels, '[')), "malformed JSON at byte 1000000");
}

// Every list of up to five pieces of JSON: both must take the same ones.
TEST(JsonReaderTest, TakesForJsonWhatAnIndependentParserDoes) {
  const std::vector<std::string> pieces = {"{", "}", "[", "]", ",", ":", "\"a\"", "1", "null", " "};
  simdjson::dom::parser parser;
  size_t taken = 0;
  const auto check = [&](const auto& self, const std::string& json, int left) -> void {
    const std::string array = "[" + json + "]";
    const bool valid = parser.parse(array).error() == simdjson::SUCCESS;
    EXPECT_EQ(Skipped(array).empty(), valid) << array;
    taken += valid ? 1 : 0;
    for (size_t i = 0; left > 0 && i < pieces.size(); ++i) {
      self(self, json + pieces[i], left - 1);
    }
  };
  check(check, "", 5);
  EXPECT_GT(taken, 400U);
}

}  // namespace
}  // namespace spanhold::otlp
