#include "src/otlp/locate.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/otlp/wire_build.h"

namespace spanhold::otlp {
namespace {

// The name of the field that begins where `mark` does.
std::string LocateMark(const std::string& request, const std::string& mark) {
  return LocateField(request, request.data() + request.find(mark));
}

TEST(LocateFieldTest, NamesTheFieldAndTheWayToIt) {
  const std::string mark = Field(2, Field(1, "mark"));
  const std::string attribute = Field(9, Field(1, "key") + mark);

  EXPECT_EQ(LocateMark(RequestWithSpan(Field(5, "name") + attribute), mark),
            "resource_spans[0].scope_spans[0].spans[0].attributes[0].value");
}

TEST(LocateFieldTest, CountsRepeatedFieldsOfTheSameMessageOnly) {
  const std::string mark = Field(11, Field(2, "mark"));
  const std::string span = Join({Field(11, ""), Field(9, ""), Field(11, ""), mark});

  EXPECT_EQ(LocateMark(RequestWithSpan(Field(5, "x")) + RequestWithSpan(span), mark),
            "resource_spans[1].scope_spans[0].spans[0].events[2]");
}

TEST(LocateFieldTest, AnUnknownFieldHasTheNameOfItsMessage) {
  const std::string mark = Field(200, "mark");

  EXPECT_EQ(LocateMark(RequestWithSpan(Field(15, mark)), mark),
            "resource_spans[0].scope_spans[0].spans[0].status");
}

TEST(LocateFieldTest, AtTheTopItIsTheRequest) {
  const std::string mark = Field(200, "mark");

  EXPECT_EQ(LocateMark(mark, mark), "request");
}

TEST(LocateFieldTest, LongWaysAreCutShort) {
  const std::string mark = Field(1, "mark");
  std::string value = mark;
  for (int i = 0; i < 20; ++i) {
    value = Field(5, Field(1, value));
  }
  const std::string request = RequestWithSpan(Field(9, Field(2, value)));

  const std::string name = LocateMark(request, mark);

  EXPECT_TRUE(name.starts_with("resource_spans[0].scope_spans[0].spans[0].attributes[0].value."));
  EXPECT_TRUE(name.ends_with("...")) << name;
}

}  // namespace
}  // namespace spanhold::otlp
