#include "src/exporter/file/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/read_config.h"

namespace spanhold::file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Read(std::string_view yaml, Config& config) {
  return ReadConfig(yaml, "exporters.file", config);
}

std::vector<std::string> ErrorsOf(std::string_view yaml) {
  Config config;
  return Read(yaml, config);
}

TEST(FileConfigTest, ReadsEveryKey) {
  Config config;

  EXPECT_THAT(Read("path: /var/lib/traces.pb\n"
                   "rotation: {max_megabytes: 10, max_days: 3, max_backups: 5, localtime: true}\n"
                   "format: proto\n"
                   "compression: zstd\n"
                   "flush_interval: 5s\n"
                   "append: false\n"
                   "create_directory: true\n"
                   "directory_permissions: '0700'\n"
                   "sending_queue: {queue_size: 7}\n"
                   "retry_on_failure: {initial_interval: 1s}\n",
                   config),
              IsEmpty());

  EXPECT_EQ(config.path, "/var/lib/traces.pb");
  EXPECT_TRUE(config.rotation.enabled);
  EXPECT_EQ(config.rotation.max_megabytes, 10);
  EXPECT_EQ(config.rotation.max_days, 3);
  EXPECT_EQ(config.rotation.max_backups, 5);
  EXPECT_TRUE(config.rotation.localtime);
  EXPECT_EQ(config.format, Format::kProto);
  EXPECT_EQ(config.compression, Compression::kZstd);
  EXPECT_EQ(config.flush_interval, std::chrono::seconds(5));
  EXPECT_FALSE(config.append);
  EXPECT_TRUE(config.create_directory);
  EXPECT_EQ(config.directory_mode(), 0700U);
  EXPECT_EQ(config.sending.sending_queue.queue_size, 7);
  EXPECT_EQ(config.sending.retry_on_failure.initial_interval, std::chrono::seconds(1));
}

TEST(FileConfigTest, HasTheCollectorsDefaultsAndKeepsWhatIsThere) {
  Config config;

  EXPECT_THAT(Read("path: traces.jsonl\n", config), IsEmpty());

  EXPECT_FALSE(config.rotation.enabled);
  EXPECT_EQ(config.format, Format::kJson);
  EXPECT_EQ(config.compression, Compression::kNone);
  EXPECT_EQ(config.flush_interval, std::chrono::seconds(1));
  EXPECT_TRUE(config.append);
  EXPECT_FALSE(config.create_directory);
  EXPECT_EQ(config.directory_mode(), 0755U);
}

TEST(FileConfigTest, RotatesByTheDefaultsWhenTheSectionIsEmpty) {
  Config config;

  EXPECT_THAT(Read("path: traces.jsonl\nrotation:\n", config), IsEmpty());

  EXPECT_TRUE(config.rotation.enabled);
  EXPECT_EQ(config.rotation.max_megabytes, 100);
  EXPECT_EQ(config.rotation.max_days, 0);
  EXPECT_EQ(config.rotation.max_backups, 100);
  EXPECT_FALSE(config.rotation.localtime);
}

TEST(FileConfigTest, AsksForAPath) {
  EXPECT_THAT(ErrorsOf("format: json\n"),
              ElementsAre("a.yaml:1: exporters.file.path: required: the file to write to"));
}

TEST(FileConfigTest, RefusesWrongValues) {
  EXPECT_THAT(ErrorsOf("path: x\nformat: avro\n"), ElementsAre(HasSubstr("format")));
  EXPECT_THAT(ErrorsOf("path: x\ncompression: gzip\n"), ElementsAre(HasSubstr("compression")));
  EXPECT_THAT(ErrorsOf("path: x\nrotation: {max_megabytes: 0}\n"),
              ElementsAre(HasSubstr("rotation.max_megabytes")));
  for (const char* mode : {"rwx", "'0888'", "'1777'", "''"}) {
    EXPECT_THAT(ErrorsOf("path: x\ndirectory_permissions: " + std::string(mode) + "\n"),
                ElementsAre(HasSubstr("directory_permissions: want an octal mode like \"0755\"")))
        << mode;
  }
}

TEST(FileConfigTest, SaysWhatToUseInsteadOfGroupBy) {
  EXPECT_THAT(ErrorsOf("path: x\ngroup_by: {enabled: true}\n"),
              ElementsAre(HasSubstr("one `file` exporter with its own `path`")));
  EXPECT_THAT(ErrorsOf("path: x\nencoding: otlp\n"), ElementsAre(HasSubstr("`format: json`")));
}

}  // namespace
}  // namespace spanhold::file
