#include "src/config/node.h"

#include <gmock/gmock.h>

#include "tests/config/show_node.h"

namespace spanhold::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Node Parse(std::string_view text) {
  Report report;
  std::optional<Node> node = ParseYaml(text, "a.yaml", report);
  EXPECT_THAT(report.Errors(), IsEmpty());
  return std::move(node).value_or(Node());
}

std::vector<std::string> ErrorsOf(std::string_view text) {
  Report report;
  ParseYaml(text, "a.yaml", report);
  return report.Errors();
}

TEST(NodeTest, KeepsOrderTextAndQuotes) {
  EXPECT_EQ(Show(Parse("b: 007\na: \"1\"\nc: [x, 'y', ~]\nd: |\n  text\n")),
            "{b: 007, a: '1', c: [x, 'y', ~], d: 'text\n'}");
}

TEST(NodeTest, KnowsWhereEverythingStands) {
  const Node root = Parse("a:\n  b: 1\n  c:\n    - x\n    - y\n  d:\n");

  EXPECT_EQ(root.entries[0].where.ToString(), "a.yaml:1");
  const Node& a = root.entries[0].value;
  EXPECT_EQ(a.Find("b")->where.line, 2);
  EXPECT_EQ(a.Find("b")->where.column, 6);
  EXPECT_EQ(a.Find("c")->items[1].where.line, 5);
  EXPECT_EQ(a.Find("d")->where.line, 6);
  EXPECT_EQ(a.Find("e"), nullptr);
}

TEST(NodeTest, EmptyDocumentsAreNull) {
  EXPECT_EQ(Show(Parse("")), "~");
  EXPECT_EQ(Show(Parse("# only a comment\n")), "~");
  EXPECT_EQ(Show(Parse("---\n...\n")), "~");
}

TEST(NodeTest, NullIsWrittenInSeveralWays) {
  EXPECT_EQ(Show(Parse("[~, null, Null, NULL, 'null', '']")), "[~, ~, ~, ~, 'null', '']");
}

TEST(NodeTest, StringTagMeansQuoted) {
  EXPECT_EQ(Show(Parse("a: !!str 5")), "{a: '5'}");
}

TEST(NodeTest, ResolvesAliases) {
  EXPECT_EQ(Show(Parse("a: &x {k: [1, 2]}\nb: *x\nc: [*x]\n")),
            "{a: {k: [1, 2]}, b: {k: [1, 2]}, c: [{k: [1, 2]}]}");
}

TEST(NodeTest, MergeKeysFillWhatIsMissing) {
  EXPECT_EQ(
      Show(Parse("x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\n"
                 "one: {<<: *x, b: 0}\n"
                 "both: {<<: [*x, *y], d: 0}\n")),
      "{x: {a: 1, b: 1}, y: {b: 2, c: 2}, one: {b: 0, a: 1}, both: {d: 0, a: 1, b: 1, c: 2}}");
}

TEST(NodeTest, QuotedMergeKeyIsAnOrdinaryKey) {
  EXPECT_EQ(Show(Parse("{'<<': 1}")), "{<<: 1}");
}

TEST(NodeTest, DuplicateKeyNamesBothLines) {
  Report report;
  const std::optional<Node> root = ParseYaml(
      "exporters:\n  otlp:\n    endpoint: a\n  otlp:\n    endpoint: b\n", "a.yaml", report);

  EXPECT_THAT(report.Errors(),
              ElementsAre("a.yaml:4: exporters.otlp: set twice; the first is on line 2"));
  EXPECT_EQ(Show(root.value()), "{exporters: {otlp: {endpoint: a}}}");
}

TEST(NodeTest, ReportsEveryDuplicateKey) {
  EXPECT_THAT(ErrorsOf("a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n"),
              ElementsAre("a.yaml:2: a: set twice; the first is on line 1",
                          "a.yaml:3: b.c: set twice; the first is on line 3",
                          "a.yaml:4: a: set twice; the first is on line 1"));
}

TEST(NodeTest, RefusesWhatHasNoMeaningHere) {
  EXPECT_THAT(ErrorsOf("a: 1\n---\nb: 2\n"),
              ElementsAre("a.yaml:2: more than one YAML document; keep one in a file"));
  EXPECT_THAT(ErrorsOf("a: !secret x\n"), ElementsAre("a.yaml:1: a: unknown YAML tag \"!secret\""));
  EXPECT_THAT(ErrorsOf("? [a, b]\n: 1\n"), ElementsAre("a.yaml:1: a key must be plain text"));
  EXPECT_THAT(ErrorsOf("~: 1\n"), ElementsAre("a.yaml:1: a key must be plain text"));
  EXPECT_THAT(ErrorsOf("a: {<<: 5}\n"),
              ElementsAre("a.yaml:1: a.<<: want an alias of a map, or a list of them"));
}

TEST(NodeTest, BadSyntaxNamesTheLine) {
  EXPECT_THAT(ErrorsOf("a: 1\nb: [1, 2\nc: 3\n"), ElementsAre(HasSubstr("a.yaml:3: bad YAML: ")));
  EXPECT_THAT(ErrorsOf("a: 1\n\tb: 2\n"), ElementsAre(HasSubstr("a.yaml:2: bad YAML: ")));
  EXPECT_THAT(ErrorsOf("a: *nobody\n"), ElementsAre(HasSubstr("a.yaml:1: bad YAML: ")));
}

TEST(NodeTest, AliasesCannotGrowWithoutEnd) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 9; ++j) {
      text += ", " + before;
    }
    text += "]\n";
  }

  EXPECT_THAT(ErrorsOf(text),
              ElementsAre("a.yaml:5: a4: more than 20000 values, aliases included"));
}

TEST(NodeTest, AliasCannotHoldItself) {
  EXPECT_THAT(ErrorsOf("a: &a [*a]\n"),
              ElementsAre("a.yaml:1: a: an alias inside of its own anchor"));
}

TEST(NodeTest, DepthIsBounded) {
  EXPECT_THAT(ErrorsOf(std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']')), IsEmpty());
  EXPECT_THAT(ErrorsOf(std::string(kMaxDepth + 1, '[') + std::string(kMaxDepth + 1, ']')),
              ElementsAre("a.yaml:1: nested more than 64 deep"));
  EXPECT_THAT(ErrorsOf("a: &a " + std::string(40, '[') + std::string(40, ']') +
                       "\nb: " + std::string(40, '[') + "*a" + std::string(40, ']')),
              ElementsAre("a.yaml:2: b: nested more than 64 deep"));
  EXPECT_THAT(ErrorsOf(std::string(100'000, '[')), testing::SizeIs(testing::Ge(1)));
}

TEST(NodeTest, TextIsBounded) {
  EXPECT_THAT(ErrorsOf(std::string(kMaxTextBytes + 1, ' ')),
              ElementsAre("a.yaml: larger than 1 MiB"));
}

}  // namespace
}  // namespace spanhold::config
