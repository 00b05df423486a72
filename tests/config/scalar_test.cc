#include "src/config/scalar.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace spanhold::config {
namespace {

Node Plain(std::string text) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.text = std::move(text);
  return node;
}

Node Quoted(std::string text) {
  Node node = Plain(std::move(text));
  node.quoted = true;
  return node;
}

TEST(ScalarTest, ReadsBools) {
  for (const char* text : {"true", "True", "TRUE"}) {
    EXPECT_EQ(AsBool(Plain(text)), true);
  }
  for (const char* text : {"false", "False", "FALSE"}) {
    EXPECT_EQ(AsBool(Plain(text)), false);
  }
  for (const char* text : {"yes", "on", "1", "tRUE", ""}) {
    EXPECT_EQ(AsBool(Plain(text)), std::nullopt);
  }
}

TEST(ScalarTest, ReadsWholeNumbers) {
  const struct {
    const char* text;
    std::optional<int64_t> number;
  } cases[] = {{"0", 0},
               {"10", 10},
               {"-10", -10},
               {"+10", 10},
               {"1_000", 1000},
               {"0x1F", 31},
               {"0o17", 15},
               {"017", 15},
               {"0b11", 3},
               {"9223372036854775807", std::numeric_limits<int64_t>::max()},
               {"9223372036854775808", std::nullopt},
               {"", std::nullopt},
               {"-", std::nullopt},
               {"--1", std::nullopt},
               {"0x", std::nullopt},
               {"089", std::nullopt},
               {"1.5", std::nullopt},
               {"ten", std::nullopt},
               {"10 ", std::nullopt}};

  for (const auto& c : cases) {
    EXPECT_EQ(AsInt(Plain(c.text)), c.number) << c.text;
  }
}

TEST(ScalarTest, ReadsNumbers) {
  const struct {
    const char* text;
    std::optional<double> number;
  } cases[] = {{"10", 10},
               {"0.5", 0.5},
               {"-0.5", -0.5},
               {"1e-3", 1e-3},
               {".5", 0.5},
               {".inf", INFINITY},
               {"-.inf", -INFINITY},
               {"inf", std::nullopt},
               {"nan", std::nullopt},
               {"", std::nullopt},
               {"-", std::nullopt},
               {"+-1.5", std::nullopt},
               {"--1.5", std::nullopt},
               {"1.5x", std::nullopt},
               {"0x1p3", std::nullopt}};

  for (const auto& c : cases) {
    EXPECT_EQ(AsDouble(Plain(c.text)), c.number) << c.text;
  }
  EXPECT_TRUE(std::isnan(AsDouble(Plain(".nan")).value()));
}

TEST(ScalarTest, QuotedIsOnlyText) {
  EXPECT_EQ(AsBool(Quoted("true")), std::nullopt);
  EXPECT_EQ(AsInt(Quoted("5")), std::nullopt);
  EXPECT_EQ(AsDouble(Quoted("5")), std::nullopt);
  EXPECT_EQ(AsText(Quoted("5")), "5");
}

TEST(ScalarTest, TextIsWhatWasWritten) {
  EXPECT_EQ(AsText(Plain("007")), "007");
  EXPECT_EQ(AsText(Plain("true")), "true");
  EXPECT_EQ(AsText(Node()), std::nullopt);

  Node from_reference = Plain("5");
  from_reference.original = "'5'";
  EXPECT_EQ(AsText(from_reference), "'5'");
}

TEST(ScalarTest, ShowsValuesForErrors) {
  EXPECT_EQ(ShowValue(Plain("five")), "\"five\"");
  EXPECT_EQ(ShowValue(Quoted("5")), "the text \"5\"");
  EXPECT_EQ(ShowValue(Node()), "nothing");
  Node list;
  list.kind = Node::Kind::kSequence;
  EXPECT_EQ(ShowValue(list), "a list");
  list.kind = Node::Kind::kMap;
  EXPECT_EQ(ShowValue(list), "a map");
}

}  // namespace
}  // namespace spanhold::config
