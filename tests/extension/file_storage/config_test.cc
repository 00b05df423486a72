#include "src/extension/file_storage/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/read_config.h"

namespace spanhold::file_storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(FileStorageConfigTest, ReadsEveryKeyOfTheCollectors) {
  Config config;

  EXPECT_THAT(ReadConfig("directory: /data\n"
                         "timeout: 10s\n"
                         "fsync: true\n"
                         "create_directory: true\n"
                         "directory_permissions: \"0700\"\n"
                         "recreate: true\n"
                         "compaction:\n"
                         "  on_start: true\n"
                         "  on_rebound: true\n"
                         "  directory: /tmp\n"
                         "  max_transaction_size: 65536\n"
                         "  cleanup_on_start: true\n"
                         "  rebound_needed_threshold_mib: 100\n"
                         "  rebound_trigger_threshold_mib: 10\n"
                         "  check_interval: 5s\n",
                         config),
              IsEmpty());

  EXPECT_EQ(config.directory, "/data");
  EXPECT_TRUE(config.fsync);
  EXPECT_TRUE(config.create_directory);
  EXPECT_EQ(config.DirectoryMode(), 0700U);
}

TEST(FileStorageConfigTest, HasTheCollectorsDefaults) {
  const Config config;

  EXPECT_EQ(config.directory, "/var/lib/otelcol/file_storage");
  EXPECT_FALSE(config.fsync);
  EXPECT_FALSE(config.create_directory);
  EXPECT_EQ(config.DirectoryMode(), 0750U);
}

TEST(FileStorageConfigTest, SaysWhatIsWrong) {
  EXPECT_THAT(ConfigErrors<Config>("directory: \"\""),
              ElementsAre("config.yaml:1: it.directory: is required"));
  for (const char* mode : {"0789", "rwx", "07777"}) {
    EXPECT_THAT(ConfigErrors<Config>(std::string("directory_permissions: \"") + mode + "\""),
                ElementsAre(HasSubstr("it.directory_permissions: want permissions in octal")));
  }
  EXPECT_THAT(ConfigErrors<Config>("fsnyc: true"),
              ElementsAre(HasSubstr("did you mean \"fsync\"")));
}

}  // namespace
}  // namespace spanhold::file_storage
