#include "src/exporter/file/backups.h"

#include <cstdlib>
#include <ctime>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanhold::file {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// 2022-09-14T05:02:14.173Z
constexpr WallTime kTime(std::chrono::milliseconds(1663131734173));

RotationConfig Limits(int64_t max_backups, int64_t max_days) {
  RotationConfig config;
  config.enabled = true;
  config.max_backups = max_backups;
  config.max_days = max_days;
  return config;
}

TEST(BackupsTest, PutTheTimeBeforeTheExtension) {
  EXPECT_EQ(Backups("/var/log/data.jsonl", {}).PathAt(kTime),
            "/var/log/data-2022-09-14T05-02-14.173.jsonl");
  EXPECT_EQ(Backups("traces", {}).PathAt(kTime), "./traces-2022-09-14T05-02-14.173");
  EXPECT_EQ(Backups("a/b.tar.gz", {}).PathAt(kTime), "a/b.tar-2022-09-14T05-02-14.173.gz");
}

TEST(BackupsTest, NameFilesByLocalTimeOnRequest) {
  ASSERT_EQ(setenv("TZ", "TST-02:30", 1), 0);
  tzset();
  RotationConfig config = Limits(1, 0);
  config.localtime = true;
  const Backups backups("d/data.json", config);

  EXPECT_EQ(backups.PathAt(kTime), "d/data-2022-09-14T07-32-14.173.json");
  EXPECT_THAT(
      backups.Expired({"data-2022-09-14T07-32-14.173.json", "data-2022-09-14T07-32-14.172.json"},
                      kTime),
      ElementsAre("d/data-2022-09-14T07-32-14.172.json"));
}

TEST(BackupsTest, ExpireTheOldestBeyondMaxBackups) {
  const Backups backups("/d/data.jsonl", Limits(2, 0));

  EXPECT_THAT(
      backups.Expired(
          {"data-2022-09-14T05-02-14.173.jsonl", "data.jsonl", "data-2024-01-01T00-00-00.000.jsonl",
           "data-2022-09-14T05-02-14.172.jsonl", "data-2023-01-01T00-00-00.000.jsonl"},
          kTime),
      ElementsAre("/d/data-2022-09-14T05-02-14.173.jsonl",
                  "/d/data-2022-09-14T05-02-14.172.jsonl"));
}

TEST(BackupsTest, ExpireWhatIsOlderThanMaxDays) {
  const Backups backups("/d/data.jsonl", Limits(0, 3));

  EXPECT_THAT(
      backups.Expired({"data-2022-09-11T05-02-14.172.jsonl", "data-2022-09-11T05-02-14.173.jsonl",
                       "data-2022-09-13T00-00-00.000.jsonl"},
                      kTime),
      ElementsAre("/d/data-2022-09-11T05-02-14.172.jsonl"));
}

TEST(BackupsTest, KeepAllWithoutLimits) {
  const Backups backups("/d/data.jsonl", Limits(0, 0));

  EXPECT_THAT(backups.Expired({"data-1970-01-01T00-00-00.000.jsonl"}, kTime), IsEmpty());
}

TEST(BackupsTest, NeverExpireFilesOfAnotherName) {
  const Backups backups("/d/data.jsonl", Limits(1, 1));

  EXPECT_THAT(backups.Expired(
                  {"data.jsonl", "data-.jsonl", "data-2000-01-01T00-00-00.000.json",
                   "data-2000-01-01T00-00-00.000.jsonl.gz", "other-2000-01-01T00-00-00.000.jsonl",
                   "data-x000-01-01T00-00-00.000.jsonl", "data-2000-01-01 00-00-00.000.jsonl",
                   "old-data-2000-01-01T00-00-00.000.jsonl"},
                  kTime),
              IsEmpty());
}

}  // namespace
}  // namespace spanhold::file
