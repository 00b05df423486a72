#include "src/config/expand.h"

#include <cstdio>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/config/fake_environment.h"
#include "tests/config/show_node.h"

namespace spanhold::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Expanded {
  Node node;
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
};

Expanded ExpandYaml(std::string_view text, std::map<std::string, std::string> variables) {
  Report report;
  Node node = ParseYaml(text, "a.yaml", report).value();
  node = Expand(std::move(node), FakeEnvironment(std::move(variables)), report);
  return {std::move(node), report.Errors(), report.Warnings()};
}

TEST(ExpandTest, ReplacesReferences) {
  const struct {
    std::string_view text;
    std::string_view expanded;
  } cases[] = {
      {"plain", "plain"},
      {"${env:HOST}", "tempo"},
      {"${HOST}", "tempo"},
      {"http://${env:HOST}:${PORT}/x", "http://tempo:4317/x"},
      {"'${HOST}-${HOST}'", "'tempo-tempo'"},
      {"${env:NONE:-default}", "default"},
      {"${NONE:-default}", "default"},
      {"${env:HOST:-default}", "tempo"},
      {"${env:EMPTY:-default}", "~"},
      {"'a${env:EMPTY:-default}b'", "'ab'"},
      {"${env:NONE:-a:-b}", "a:-b"},
      {"${env:NONE:-}", "~"},
      {"${env:NONE:-${env:HOST}}", "tempo"},
      {"x${env:NONE:-${env:NONE:-${PORT}}}y", "x4317y"},
      {"${env:NESTED}", "tempo:4317"},
      {"x${env:NESTED}", "xtempo:4317"},
      {"$$", "$"},
      {"$$$$", "$$"},
      {"$${HOST}", "${HOST}"},
      {"$$${HOST}", "$tempo"},
      {"$HOST", "$HOST"},
      {"cost: 5$", "{cost: 5$}"},
      {"a${HOST", "a${HOST"},
      {"{a: [ '${HOST}' ]}", "{a: [tempo]}"},
  };

  for (const auto& c : cases) {
    const Expanded expanded = ExpandYaml(
        c.text,
        {{"HOST", "tempo"}, {"PORT", "4317"}, {"EMPTY", ""}, {"NESTED", "${HOST}:${env:PORT}"}});

    EXPECT_EQ(Show(expanded.node), c.expanded) << c.text;
    EXPECT_THAT(expanded.errors, IsEmpty()) << c.text;
    EXPECT_THAT(expanded.warnings, IsEmpty()) << c.text;
  }
}

TEST(ExpandTest, WholeValueMeansWhatItsTextMeansInYaml) {
  const struct {
    std::string_view value;
    std::string_view expanded;
  } cases[] = {{"5", "5"},
               {"'5'", "'5'"},
               {"true", "true"},
               {"[a, b]", "[a, b]"},
               {"a: ${X}", "{a: ${X}}"},
               {"null", "~"},
               {"# text", "~"},
               {"[not yaml", "'[not yaml'"},
               {"a: b: c", "'a: b: c'"},
               {"{a: 1, a: 2}", "'{a: 1, a: 2}'"}};

  for (const auto& c : cases) {
    const Expanded expanded = ExpandYaml("'${V}'", {{"V", std::string(c.value)}, {"X", "$${X}"}});

    EXPECT_EQ(Show(expanded.node), c.expanded) << c.value;
    EXPECT_THAT(expanded.errors, IsEmpty()) << c.value;
  }
}

TEST(ExpandTest, KeepsTheTextForKeysThatTakeText) {
  for (const std::string value : {"0123", "[a, b]", "# text", "'quoted'", "a: b", "1.0", ""}) {
    EXPECT_EQ(ExpandYaml("${V}", {{"V", value}}).node.original, value);
  }
  EXPECT_EQ(ExpandYaml("${V}", {{"V", "a$$b"}}).node.original, "a$b");
  EXPECT_EQ(ExpandYaml("x${V}", {{"V", "1"}}).node.original, std::nullopt);
}

TEST(ExpandTest, EveryNodeOfAValueStandsWhereTheReferenceStands) {
  const Expanded expanded = ExpandYaml("a: 1\nb: ${V}\n", {{"V", "\n\n{c: [d]}"}});

  const Node& b = *expanded.node.Find("b");
  EXPECT_EQ(b.where.ToString(), "a.yaml:2");
  EXPECT_EQ(b.entries[0].where.ToString(), "a.yaml:2");
  EXPECT_EQ(b.Find("c")->items[0].where.ToString(), "a.yaml:2");
}

TEST(ExpandTest, KeysStayAsTheyAre) {
  EXPECT_EQ(Show(ExpandYaml("{'${HOST}': 1}", {{"HOST", "x"}}).node), "{${HOST}: 1}");
}

TEST(ExpandTest, UnsetVariableIsEmptyAndAWarning) {
  const Expanded expanded = ExpandYaml("a:\n  b: ${env:NONE}\n  c: x${NONE}y\n", {});

  EXPECT_EQ(Show(expanded.node), "{a: {b: ~, c: xy}}");
  EXPECT_EQ(expanded.node.Find("a")->Find("b")->original, "");
  EXPECT_THAT(expanded.warnings,
              ElementsAre("a.yaml:2: a.b: environment variable NONE is not set; empty is used",
                          "a.yaml:3: a.c: environment variable NONE is not set; empty is used"));
  EXPECT_THAT(expanded.errors, IsEmpty());
}

TEST(ExpandTest, InvalidReferencesAreErrors) {
  const Expanded expanded = ExpandYaml(
      "a: ${env:hello.world}\n"
      "b: ${1X}\n"
      "c: x${}y\n"
      "d: ${https://host/x}\n"
      "e: ${file:/does/not/exist}\n",
      {});

  EXPECT_THAT(
      expanded.errors,
      ElementsAre("a.yaml:1: a: environment variable \"hello.world\" has invalid name",
                  "a.yaml:2: b: environment variable \"1X\" has invalid name",
                  "a.yaml:3: c: environment variable \"\" has invalid name",
                  "a.yaml:4: d: want ${env:NAME} or ${file:PATH}, got \"${https://host/x}\"; "
                  "write \"$$\" for a plain \"$\"",
                  "a.yaml:5: e: \"/does/not/exist\" cannot be read: No such file or directory"));
}

TEST(ExpandTest, FilesLoseTheLineEndAfterThem) {
  const std::string path = testing::TempDir() + "/expand_test_secret";
  std::ofstream(path) << "12 34\n";

  const Expanded expanded = ExpandYaml("[\"${file:" + path + "}\"]", {});
  std::remove(path.c_str());

  EXPECT_EQ(Show(expanded.node), "[12 34]");
  EXPECT_THAT(expanded.errors, IsEmpty());
}

TEST(ExpandTest, ReferencesInCirclesStop) {
  const std::map<std::string, std::string> circle = {{"A", "${B}"}, {"B", "${A}"}};

  EXPECT_THAT(ExpandYaml("x: ${A}", circle).errors,
              ElementsAre("a.yaml:1: x: references lead to references without end, or to more than "
                          "4 MiB of text"));
}

TEST(ExpandTest, ReferencesThatMultiplyStop) {
  const std::map<std::string, std::string> variables = {{"A", "${B}${B}${B}${B}${B}${B}${B}${B}"},
                                                        {"B", "${C}${C}${C}${C}${C}${C}${C}${C}"},
                                                        {"C", "${D}${D}${D}${D}${D}${D}${D}${D}"},
                                                        {"D", std::string(10'000, 'x')}};

  EXPECT_THAT(ExpandYaml("x: y${A}", variables).errors, testing::SizeIs(1));
}

}  // namespace
}  // namespace spanhold::config
