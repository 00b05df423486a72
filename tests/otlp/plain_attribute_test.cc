#include "src/otlp/plain_attribute.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/otlp/wire_build.h"

namespace spanhold::otlp {
namespace {

const std::string kLong(128, 'x');

TEST(PlainAttributeTest, IsAKeyAndThenAValue) {
  const std::string value = VarintField(3, 300);
  const std::string message = Field(1, "key") + Field(2, value);

  PlainAttribute attribute;
  ASSERT_TRUE(ReadPlainAttribute(message, attribute));
  EXPECT_EQ(attribute.key, "key");
  EXPECT_EQ(attribute.value, value);
}

TEST(PlainAttributeTest, MayHaveBothEmptyOrOf127Bytes) {
  const std::string longest(127, 'x');

  PlainAttribute attribute;
  ASSERT_TRUE(ReadPlainAttribute(Field(1, "") + Field(2, ""), attribute));
  EXPECT_EQ(attribute.key, "");
  EXPECT_EQ(attribute.value, "");
  const std::string message = Field(1, longest) + Field(2, longest);
  ASSERT_TRUE(ReadPlainAttribute(message, attribute));
  EXPECT_EQ(attribute.key, longest);
  EXPECT_EQ(attribute.value, longest);
}

TEST(PlainAttributeTest, HasNoOtherForm) {
  const std::string plain = Field(1, "key") + Field(2, "value");
  for (const std::string& message : {
           std::string(),
           Field(1, "key"),
           Field(2, "value"),
           Field(2, "value") + Field(1, "key"),
           Field(1, "key") + Field(1, "key") + Field(2, "value"),
           plain + Field(2, "value"),
           plain + VarintField(3, 1),
           Field(1, kLong) + Field(2, "value"),
           Field(1, "key") + Field(2, kLong),
           plain.substr(0, plain.size() - 1),
           // Lengths past the end.
           std::string("\x0A\x7F"
                       "ab"),
           std::string("\x0A\x01k\x12\x05v"),
       }) {
    PlainAttribute attribute;
    EXPECT_FALSE(ReadPlainAttribute(message, attribute)) << testing::PrintToString(message);
  }
}

TEST(PlainTextTest, IsOneStringAndNothingElse) {
  std::string_view text;
  const std::string value = Field(1, "text");
  ASSERT_TRUE(ReadPlainText(value, text));
  EXPECT_EQ(text, "text");
  const std::string empty = Field(1, "");
  ASSERT_TRUE(ReadPlainText(empty, text));
  EXPECT_EQ(text, "");

  for (const std::string& other :
       {std::string(), VarintField(2, 1), Field(7, "text"), Field(1, kLong),
        Field(1, "text") + Field(1, "text"), Field(1, "text").substr(0, 4)}) {
    EXPECT_FALSE(ReadPlainText(other, text)) << testing::PrintToString(other);
  }
}

}  // namespace
}  // namespace spanhold::otlp
