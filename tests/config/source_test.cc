#include "src/config/source.h"

#include <cstdio>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/config/fake_environment.h"
#include "tests/config/show_node.h"

namespace spanhold::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Read(const Sources& sources, std::map<std::string, std::string> variables = {}) {
  Report report;
  const std::optional<Node> node =
      ReadSources(sources, FakeEnvironment(std::move(variables)), report);
  EXPECT_THAT(report.Errors(), IsEmpty());
  return node ? Show(*node) : "";
}

std::vector<std::string> ErrorsOf(const Sources& sources) {
  Report report;
  EXPECT_EQ(ReadSources(sources, FakeEnvironment(), report), std::nullopt);
  return report.Errors();
}

TEST(SourceTest, ReadsFiles) {
  const std::string path = testing::TempDir() + "/source_test.yaml";
  std::ofstream(path) << "a: 1\n";

  const std::string by_path = Read({{path}, {}});
  const std::string by_uri = Read({{"file:" + path}, {}});
  std::remove(path.c_str());

  EXPECT_EQ(by_path, "{a: 1}");
  EXPECT_EQ(by_uri, "{a: 1}");
}

TEST(SourceTest, ReadsVariablesAndText) {
  EXPECT_EQ(Read({{"env:CONFIG"}, {}}, {{"CONFIG", "a: {b: 1}\n"}}), "{a: {b: 1}}");
  EXPECT_EQ(Read({{"yaml:a: {b: 1}"}, {}}), "{a: {b: 1}}");
  EXPECT_EQ(Read({{"yaml:a::b::c: 1"}, {}}), "{a: {b: {c: 1}}}");
  EXPECT_EQ(Read({{"yaml:"}, {}}), "{}");
}

TEST(SourceTest, MergesMapsAndReplacesTheRest) {
  EXPECT_EQ(
      Read({{"yaml:{a: {x: 1, y: [1, 2]}, b: 1}", "yaml:{a: {y: [3], z: 4}, b: {c: 1}}"}, {}}),
      "{a: {x: 1, y: [3], z: 4}, b: {c: 1}}");
}

TEST(SourceTest, SetsComeLast) {
  EXPECT_EQ(Read({{"yaml:{a: {x: 1}}", "yaml:{a: {x: 2}}"},
                  {"a.x=3", "a.y=[1, 2]", "exporters.otlp/eu.endpoint=host:4317", "e=", "f=a=b"}}),
            "{a: {x: 3, y: [1, 2]}, exporters: {otlp/eu: {endpoint: host:4317}}, e: ~, f: a=b}");
}

TEST(SourceTest, ExpandsAfterMerging) {
  EXPECT_EQ(Read({{"yaml:{a: '${env:NONE}', b: '${env:X}'}"}, {"a=1", "c=${X}"}}, {{"X", "7"}}),
            "{a: 1, b: 7, c: 7}");
}

TEST(SourceTest, WithoutConfigsTheEnvironmentConfigures) {
  const std::string read = Read({{}, {"processors.batch.timeout=1s"}},
                                {{"JAEGER_ENDPOINT", "http://jaeger:14268/api/traces"}});

  EXPECT_THAT(read, testing::HasSubstr("{jaeger: {endpoint: http://jaeger:14268/api/traces}}"));
  EXPECT_THAT(read, testing::HasSubstr("{batch: {timeout: 1s}}"));
}

TEST(SourceTest, ErrorsOfTheEnvironmentNameTheVariable) {
  Report report;
  ReadSources({}, FakeEnvironment({{"TRACING_ENABLED", "maybe"}}), report);

  EXPECT_THAT(report.Errors(),
              ElementsAre("environment: TRACING_ENABLED: want true or false, got \"maybe\""));
}

TEST(SourceTest, ReportsEverySourceThatCannotBeRead) {
  EXPECT_THAT(
      ErrorsOf({{"/does/not/exist.yaml", "env:NONE", "https://host/c.yaml", "s3:bucket/x",
                 "yaml:[a]", "yaml:{a", "/"},
                {"a", "=b", "c.d=[1"}}),
      ElementsAre("--config yaml:1: want a map of keys like \"receivers:\" at the top",
                  "--config yaml:1: bad YAML: end of map flow not found",
                  "--set: want key.path=value, got \"a\"", "--set: want key.path=value, got \"=b\"",
                  testing::HasSubstr("--set c.d:1: bad YAML: "),
                  "/: cannot be read: Is a directory",
                  "/does/not/exist.yaml: cannot be read: No such file or directory",
                  "env:NONE: this environment variable is not set",
                  "https://host/c.yaml: configuration is not read over the network; download it to "
                  "a file first",
                  "s3:bucket/x: want a file, file:, env: or yaml:"));
}

TEST(SourceTest, SetValuesStandOnTheCommandLine) {
  Report report;
  const Node node = ReadSources({{"yaml:"}, {"a.b=[1]"}}, FakeEnvironment(), report).value();

  EXPECT_EQ(node.entries[0].where.ToString(), "--set a.b");
  EXPECT_EQ(node.Find("a")->Find("b")->items[0].where.ToString(), "--set a.b");
}

TEST(SourceTest, KeysOfASetAreNotNestedWithoutEnd) {
  EXPECT_THAT(Read({{"yaml:"}, {std::string(100'000, '.') + "=1"}}), testing::HasSubstr("...: 1"));
}

}  // namespace
}  // namespace spanhold::config
