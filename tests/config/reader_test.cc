#include "src/config/reader.h"

#include <gmock/gmock.h>

#include "src/config/expand.h"
#include "tests/config/fake_environment.h"
#include "tests/config/sample_config.h"

namespace spanhold::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> ReadInto(SampleConfig& config, std::string_view text) {
  Report report;
  Node node = ParseYaml(text, "a.yaml", report).value();
  node = Expand(std::move(node), FakeEnvironment({{"NUMBER", "0123"}, {"LIST", "[x]"}}), report);
  const Position top{"a.yaml", 1, 1};
  Reader::Read(node, top, "exporters.x", report, [&](Reader& reader) { config.Describe(reader); });
  return report.Errors();
}

std::vector<std::string> ErrorsOf(std::string_view text) {
  SampleConfig config;
  return ReadInto(config, text);
}

TEST(ReaderTest, ReadsEveryType) {
  SampleConfig config;

  const std::vector<std::string> errors = ReadInto(config,
                                                   "enabled: false\n"
                                                   "count: 0x10\n"
                                                   "offset: -5\n"
                                                   "ratio: 1\n"
                                                   "name: 007\n"
                                                   "token: abc\n"
                                                   "timeout: 1m30s\n"
                                                   "max_size: 1KiB\n"
                                                   "words: [x, 1]\n"
                                                   "headers: {a: 1, b: }\n"
                                                   "mode: safe\n"
                                                   "retry: {interval: 1s}\n"
                                                   "rotation: {max_backups: 3}\n"
                                                   "items: [{host: h}, {port: 1}]\n");

  EXPECT_THAT(errors, IsEmpty());
  EXPECT_FALSE(config.enabled);
  EXPECT_EQ(config.count, 16);
  EXPECT_EQ(config.offset, -5);
  EXPECT_EQ(config.ratio, 1);
  EXPECT_EQ(config.name, "007");
  EXPECT_EQ(config.token, "abc");
  EXPECT_EQ(config.timeout, std::chrono::seconds(90));
  EXPECT_EQ(config.max_size, 1024);
  EXPECT_THAT(config.words, ElementsAre("x", "1"));
  EXPECT_THAT(config.headers, ElementsAre(testing::Pair("a", "1"), testing::Pair("b", "")));
  EXPECT_EQ(config.mode, SampleConfig::Mode::kSafe);
  EXPECT_EQ(config.retry_interval, std::chrono::seconds(1));
  EXPECT_TRUE(config.has_rotation);
  EXPECT_EQ(config.max_backups, 3);
  ASSERT_EQ(config.items.size(), 2);
  EXPECT_EQ(config.items[0].host, "h");
  EXPECT_EQ(config.items[0].port, 8888);
  EXPECT_EQ(config.items[1].port, 1);
}

TEST(ReaderTest, AbsentAndNullChangeNothing) {
  SampleConfig config;

  EXPECT_THAT(ReadInto(config,
                       "{enabled: , count: ~, ratio: null, name: , token: , timeout: , max_size: , "
                       "words: , headers: , mode: , retry: , items: }"),
              IsEmpty());
  EXPECT_THAT(ReadInto(config, ""), IsEmpty());

  EXPECT_TRUE(config.enabled);
  EXPECT_EQ(config.count, 10);
  EXPECT_EQ(config.name, "otlp");
  EXPECT_EQ(config.timeout, std::chrono::seconds(5));
  EXPECT_THAT(config.words, ElementsAre("a", "b c"));
  EXPECT_FALSE(config.has_rotation);
}

TEST(ReaderTest, OptionalSectionIsPresentEvenWhenNull) {
  SampleConfig config;

  ReadInto(config, "rotation:\n");

  EXPECT_TRUE(config.has_rotation);
  EXPECT_EQ(config.max_backups, 100);
}

TEST(ReaderTest, OptionalSectionThatIsAbsentIsNotPresent) {
  SampleConfig config;
  config.has_rotation = true;

  ReadInto(config, "{}");

  EXPECT_FALSE(config.has_rotation);
}

TEST(ReaderTest, ListsOfTextsMayBeOneTextWithCommas) {
  SampleConfig config;

  EXPECT_THAT(ReadInto(config, "words: x, y,z"), IsEmpty());

  EXPECT_THAT(config.words, ElementsAre("x", "y", "z"));
}

TEST(ReaderTest, ChoicesMayHaveOtherCapitals) {
  SampleConfig config;

  EXPECT_THAT(ReadInto(config, "mode: SAFE"), IsEmpty());

  EXPECT_EQ(config.mode, SampleConfig::Mode::kSafe);
}

TEST(ReaderTest, HeadersMayBeAListOfNamesAndValues) {
  SampleConfig config;

  EXPECT_THAT(ReadInto(config, "headers: [{name: a, value: 1}, {name: b}]"), IsEmpty());

  EXPECT_THAT(config.headers, ElementsAre(testing::Pair("a", "1"), testing::Pair("b", "")));
}

TEST(ReaderTest, ReferencesHaveTheTypeThatIsWantedAndTheirTextForTexts) {
  SampleConfig config;

  EXPECT_THAT(ReadInto(config,
                       "{count: '${NUMBER}', name: '${NUMBER}', words: '${LIST}', "
                       "token: '${LIST}', mode: safe}"),
              IsEmpty());

  EXPECT_EQ(config.count, 83);  // octal, as in the Collector
  EXPECT_EQ(config.name, "0123");
  EXPECT_THAT(config.words, ElementsAre("x"));
  EXPECT_EQ(config.token, "[x]");
}

TEST(ReaderTest, UnsetVariableMakesTextEmptyAndLeavesTheRest) {
  SampleConfig config;
  config.token = "x";

  EXPECT_THAT(ReadInto(config, "{count: '${NONE}', token: '${NONE}', timeout: '${NONE}'}"),
              IsEmpty());

  EXPECT_EQ(config.count, 10);
  EXPECT_EQ(config.token, "");
  EXPECT_EQ(config.timeout, std::chrono::seconds(5));
}

TEST(ReaderTest, WrongTypesNameLinePathAndWhatIsWanted) {
  EXPECT_THAT(
      ErrorsOf("enabled: yes\n"
               "count: ten\n"
               "offset: '5'\n"
               "ratio: half\n"
               "name: [a]\n"
               "token: {a: b}\n"
               "timeout: five\n"
               "max_size: big\n"
               "words: {a: b}\n"
               "headers: 5\n"
               "mode: slow\n"
               "retry: 5s\n"
               "rotation: true\n"
               "items: {host: h}\n"),
      ElementsAre("a.yaml:1: exporters.x.enabled: want true or false, got \"yes\"",
                  "a.yaml:2: exporters.x.count: want a whole number from 1 to 100, got \"ten\"",
                  "a.yaml:3: exporters.x.offset: want a whole number, got the text \"5\"",
                  "a.yaml:4: exporters.x.ratio: want a number from 0 to 1, got \"half\"",
                  "a.yaml:5: exporters.x.name: want text, got a list",
                  "a.yaml:6: exporters.x.token: want text, got a map",
                  "a.yaml:7: exporters.x.timeout: want a duration like \"5s\", got \"five\"",
                  "a.yaml:8: exporters.x.max_size: want a size like \"64MiB\" or a number of "
                  "bytes, got \"big\"",
                  "a.yaml:9: exporters.x.words: want a list of texts, got a map",
                  "a.yaml:10: exporters.x.headers: want a map of texts, got \"5\"",
                  "a.yaml:11: exporters.x.mode: want one of \"fast\", \"safe\", got \"slow\"",
                  "a.yaml:12: exporters.x.retry: want a map of keys, got \"5s\"",
                  "a.yaml:13: exporters.x.rotation: want a map of keys, got \"true\"",
                  "a.yaml:14: exporters.x.items: want a list, got a map"));
}

TEST(ReaderTest, WrongTypesInsideOfLists) {
  EXPECT_THAT(
      ErrorsOf("words: [a, [b], {}]\n"
               "headers: {a: [b]}\n"
               "items:\n"
               "  - port: 0\n"
               "  - {hots: h}\n"
               "timeout: []\n"
               "max_size: {}\n"
               "mode: []\n"),
      ElementsAre("a.yaml:1: exporters.x.words[1]: want text, got a list",
                  "a.yaml:1: exporters.x.words[2]: want text, got a map",
                  "a.yaml:2: exporters.x.headers.a: want text, got a list",
                  "a.yaml:4: exporters.x.items[0].port: want a whole number from 1 to 65535, got "
                  "\"0\"",
                  "a.yaml:5: exporters.x.items[1].hots: unknown key; did you mean \"host\"?",
                  "a.yaml:6: exporters.x.timeout: want a duration like \"5s\", got a list",
                  "a.yaml:7: exporters.x.max_size: want a size like \"64MiB\" or a number of "
                  "bytes, got a map",
                  "a.yaml:8: exporters.x.mode: want one of \"fast\", \"safe\", got a list"));
  EXPECT_THAT(ErrorsOf("headers: [{value: b}]"),
              ElementsAre("a.yaml:1: exporters.x.headers[0].name: is required"));
}

TEST(ReaderTest, OutOfRangeNamesTheRange) {
  EXPECT_THAT(ErrorsOf("{count: 101, ratio: .nan}"),
              ElementsAre("a.yaml:1: exporters.x.count: want a whole number from 1 to 100, got "
                          "\"101\"",
                          "a.yaml:1: exporters.x.ratio: want a number from 0 to 1, got \".nan\""));
}

TEST(ReaderTest, UnknownKeysNameTheNearestOrAll) {
  EXPECT_THAT(ErrorsOf("timout: 5s\nstorag: x\nretry: {intervall: 1s, zzz: 1}\n"),
              ElementsAre("a.yaml:1: exporters.x.timout: unknown key; did you mean \"timeout\"?",
                          "a.yaml:2: exporters.x.storag: unknown key; known here: enabled, count, "
                          "offset, ratio, name, token, timeout, max_size, words, headers, mode, "
                          "retry, ...",
                          "a.yaml:3: exporters.x.retry.intervall: unknown key; did you mean "
                          "\"interval\"?",
                          "a.yaml:3: exporters.x.retry.zzz: unknown key; known here: interval"));
}

TEST(ReaderTest, RefusedKeysSayWhy) {
  EXPECT_THAT(
      ErrorsOf("storage: file_storage\n"),
      ElementsAre("a.yaml:1: exporters.x.storage: not supported: there is no storage; remove it"));
}

TEST(ReaderTest, RefusedKeysMayAskForNothing) {
  for (const std::string value : {"", "null", "false", "''", "[]"}) {
    EXPECT_THAT(ErrorsOf("storage: " + value), IsEmpty());
  }
  for (const std::string value : {"true", "0", "{}", "[a]", "'false'"}) {
    EXPECT_THAT(ErrorsOf("storage: " + value), testing::SizeIs(1));
  }
}

TEST(ReaderTest, ChecksPointAtTheirKeyOrTheMap) {
  EXPECT_THAT(ErrorsOf("\nname: ''\ncount: 51\nretry:\n  interval: 0s\n"),
              ElementsAre("a.yaml:1: exporters.x: more than 50 need mode: safe",
                          "a.yaml:2: exporters.x.name: is required",
                          "a.yaml:5: exporters.x.retry.interval: must be positive"));
}

TEST(ReaderTest, CheckOfAMistypedKeySaysNothingMore) {
  SampleConfig config;
  config.name = "";

  EXPECT_THAT(ReadInto(config, "name: [a]"),
              ElementsAre("a.yaml:1: exporters.x.name: want text, got a list"));
}

TEST(ReaderTest, ReferenceThatFailedIsOneError) {
  SampleConfig config;
  config.name = "";

  EXPECT_THAT(ReadInto(config, "{name: '${no.name}', count: 'x${no.name}', timeout: '${1}'}"),
              ElementsAre("a.yaml:1: name: environment variable \"no.name\" has invalid name",
                          "a.yaml:1: count: environment variable \"no.name\" has invalid name",
                          "a.yaml:1: timeout: environment variable \"1\" has invalid name"));
}

TEST(ReaderTest, WhatIsNoMapIsAnError) {
  EXPECT_THAT(ErrorsOf("[a, b]"),
              ElementsAre("a.yaml:1: exporters.x: want a map of keys, got a list"));
}

}  // namespace
}  // namespace spanhold::config
