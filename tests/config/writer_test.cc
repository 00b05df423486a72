#include "src/config/writer.h"

#include <gmock/gmock.h>

#include "src/config/expand.h"
#include "src/config/reader.h"
#include "tests/config/fake_environment.h"
#include "tests/config/sample_config.h"

namespace spanhold::config {
namespace {

std::string Write(SampleConfig& config, Writer::Style style, int indent = 0) {
  Writer writer(style, indent);
  config.Describe(writer);
  return writer.text();
}

SampleConfig Read(const std::string& text) {
  Report report;
  Node node = ParseYaml(text, "a.yaml", report).value();
  node = Expand(std::move(node), FakeEnvironment(), report);
  SampleConfig config;
  Reader::Read(node, node.where, "", report, [&](Reader& reader) { config.Describe(reader); });
  EXPECT_THAT(report.Errors(), testing::IsEmpty());
  return config;
}

SampleConfig Filled() {
  SampleConfig config;
  config.enabled = false;
  config.ratio = 0.25;
  config.name = "a: ${b}";
  config.token = "secret";
  config.headers = {{"authorization", "secret"}, {"x y", ""}};
  config.mode = SampleConfig::Mode::kSafe;
  config.has_rotation = true;
  config.items = {{"h", 1}, {"i", 2}};
  return config;
}

TEST(WriterTest, PrintsEffectiveValuesWithSecretsMasked) {
  SampleConfig config = Filled();

  EXPECT_EQ(Write(config, Writer::Style::kEffective, 1),
            R"(  enabled: false
  count: 10
  offset: 0
  ratio: 0.25
  name: "a: $${b}"
  token: "[REDACTED]"
  timeout: 5s
  max_size: 64MiB
  words: [a, "b c"]
  headers:
    authorization: "[REDACTED]"
    "x y": ""
  mode: safe
  retry:
    interval: 200ms
  rotation:
    max_backups: 100
  items:
    - host: h
      port: 1
    - host: i
      port: 2
)");
}

TEST(WriterTest, LeavesOutOptionalSectionsThatAreAbsent) {
  SampleConfig config;

  EXPECT_THAT(Write(config, Writer::Style::kEffective),
              testing::AllOf(testing::Not(testing::HasSubstr("rotation")),
                             testing::HasSubstr("items: []\n"), testing::HasSubstr("headers: {}\n"),
                             testing::HasSubstr("token: \"\"\n")));
}

TEST(WriterTest, ReferenceExplainsEveryKey) {
  SampleConfig config;

  EXPECT_EQ(Write(config, Writer::Style::kReference),
            R"(# whether it runs
enabled: true
# how many
count: 10
offset: 0
# part of the whole
ratio: 0.5
# what it is called
name: otlp
# what lets it in
token: ""
# longest wait
timeout: 5s
# largest piece
max_size: 64MiB
# some words
words: [a, "b c"]
# sent along
headers: {}
# how (fast, safe)
mode: fast
# when it fails
retry:
  # first wait
  interval: 200ms
# new files (off unless this section is there)
rotation:
  # files kept
  max_backups: 100
# places
items: []
# one of them:
#     # name or address
#   - host: localhost
#     # TCP port
#     port: 8888
)");
  EXPECT_TRUE(config.items.empty());
}

TEST(WriterTest, LongMeaningsTakeSeveralLines) {
  const std::string word(60, 'x');
  const std::string help = word + " " + word;
  bool value = true;
  Writer writer(Writer::Style::kReference, 1);

  writer.Bool({"key", help}, value);

  EXPECT_EQ(writer.text(), "  # " + word + "\n  # " + word + "\n  key: true\n");
}

TEST(WriterTest, WhatItPrintsIsReadBackAsItWas) {
  SampleConfig config = Filled();
  config.token.clear();
  config.headers.clear();

  SampleConfig read = Read(Write(config, Writer::Style::kEffective));

  EXPECT_EQ(read.name, config.name);
  EXPECT_EQ(Write(read, Writer::Style::kReference), Write(config, Writer::Style::kReference));
}

TEST(WriterTest, TextThatYamlWouldTakeForSomethingElseIsQuoted) {
  for (const std::string text : {"",
                                 "true",
                                 "Yes",
                                 "null",
                                 "off",
                                 "5",
                                 "1.5",
                                 "-",
                                 "~",
                                 "a b",
                                 "a:",
                                 ": a",
                                 "# a",
                                 "a #b",
                                 "[a]",
                                 "{a",
                                 "*a",
                                 "&a",
                                 "!a",
                                 "|",
                                 ">",
                                 "%a",
                                 "@a",
                                 "`a",
                                 "'a'",
                                 "\"a\"",
                                 "a\nb",
                                 "\x01",
                                 "\\",
                                 "$",
                                 "$$",
                                 "${env:X}",
                                 "a,b",
                                 "0.0.0.0:4317",
                                 "1:30",
                                 ".inf",
                                 "<<",
                                 "=",
                                 "\xC3\xA9",
                                 "localhost:4317",
                                 "/var/lib/x",
                                 "_a",
                                 "http://host:4318/v1/traces"}) {
    Report report;
    Node node = ParseYaml("a: " + YamlText(text), "a.yaml", report).value();
    node = Expand(std::move(node), FakeEnvironment(), report);

    EXPECT_EQ(node.Find("a")->text, text) << YamlText(text);
    EXPECT_TRUE(report.ok());
  }
  EXPECT_EQ(YamlText("localhost:4317"), "localhost:4317");
  EXPECT_EQ(YamlText("http://host:4318/v1/traces"), "http://host:4318/v1/traces");
  EXPECT_EQ(YamlText("true"), "\"true\"");
}

}  // namespace
}  // namespace spanhold::config
