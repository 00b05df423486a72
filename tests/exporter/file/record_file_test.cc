#include "src/exporter/file/record_file.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_file_system.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_is.h"

namespace spanhold::file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using Call = FakeFileSystem::Call;

constexpr char kPath[] = "/d/data.jsonl";
// The clock of the tests stands at 2024-01-01T00:00:00Z.
constexpr char kFirstBackup[] = "/d/data-2024-01-01T00-00-00.000.jsonl";
constexpr char kSecondBackup[] = "/d/data-2024-01-01T00-00-00.001.jsonl";
constexpr size_t kMegabyte = 1 << 20;

class RecordFileTest : public testing::Test {
 protected:
  RecordFileTest() {
    config_.path = kPath;
    system_.AddDirectory("/d");
    system_.SetCreationTime(clock_.WallNow());
  }

  RecordFile Make() { return {"file", config_, system_, clock_, telemetry_}; }
  std::string Content() const { return system_.Content(kPath); }
  uint64_t Count(const std::string& name) {
    return telemetry_.AddCounter(name, "", {{"exporter", "file"}}).count();
  }
  // A record of a length-prefixed file.
  static std::string Framed(const std::string& payload) {
    return std::string(3, '\0') + static_cast<char>(payload.size()) + payload;
  }

  Config config_;
  FakeFileSystem system_;
  ManualClock clock_;
  Telemetry telemetry_;
};

TEST_F(RecordFileTest, WritesRecordsOneAfterAnother) {
  RecordFile file = Make();

  EXPECT_THAT(file.Append("one\n"), IsOk());
  EXPECT_THAT(file.Append("two\n"), IsOk());

  EXPECT_EQ(Content(), "one\ntwo\n");
}

TEST_F(RecordFileTest, WritesARecordInOneCall) {
  RecordFile file = Make();

  EXPECT_THAT(file.Append(std::string(kMegabyte, 'x') + "\n"), IsOk());

  EXPECT_EQ(system_.appends(), 1U);
}

TEST_F(RecordFileTest, GoesOnAfterShortWrites) {
  RecordFile file = Make();
  system_.SetLargestWrite(3);

  EXPECT_THAT(file.Append("0123456789\n"), IsOk());

  EXPECT_EQ(Content(), "0123456789\n");
}

TEST_F(RecordFileTest, CutsOffWhatAFullDiskTookOfARecord) {
  RecordFile file = Make();
  ASSERT_THAT(file.Append("one\n"), IsOk());
  system_.SetFreeBytes(2);

  EXPECT_THAT(file.Append("two\n"),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("No space left")));

  EXPECT_EQ(Content(), "one\n");
}

TEST_F(RecordFileTest, GoesOnWhenThereIsRoomAgain) {
  RecordFile file = Make();
  system_.SetFreeBytes(2);
  ASSERT_FALSE(file.Append("one\n").ok());
  system_.SetFreeBytes(1000);

  EXPECT_THAT(file.Append("one\n"), IsOk());

  EXPECT_EQ(Content(), "one\n");
}

TEST_F(RecordFileTest, EndsATornLineThatCouldNotBeCutOff) {
  RecordFile file = Make();
  ASSERT_THAT(file.Append("one\n"), IsOk());
  system_.SetFreeBytes(2);
  system_.Fail(Call::kTruncate, absl::DataLossError("Input/output error"));
  ASSERT_FALSE(file.Append("two\n").ok());
  system_.SetFreeBytes(1000);

  EXPECT_THAT(file.Append("two\n"), IsOk());

  EXPECT_EQ(Content(), "one\ntw\ntwo\n");
}

TEST_F(RecordFileTest, EndsATornLineOfAnEarlierRun) {
  system_.Put(kPath, "one\ntw");
  RecordFile file = Make();

  EXPECT_THAT(file.Append("three\n"), IsOk());

  EXPECT_EQ(Content(), "one\ntw\nthree\n");
}

TEST_F(RecordFileTest, RepairsATornLineOnlyWhenTheDiskHasRoom) {
  system_.Put(kPath, "one\ntw");
  system_.SetFreeBytes(0);
  RecordFile file = Make();

  EXPECT_THAT(file.Open(), StatusIs(absl::StatusCode::kResourceExhausted, testing::_));
  EXPECT_FALSE(file.Append("three\n").ok());
  system_.SetFreeBytes(1000);
  EXPECT_THAT(file.Append("three\n"), IsOk());

  EXPECT_EQ(Content(), "one\ntw\nthree\n");
}

TEST_F(RecordFileTest, AppendsToWhatAnEarlierRunWrote) {
  system_.Put(kPath, "one\n");
  RecordFile file = Make();

  EXPECT_THAT(file.Append("two\n"), IsOk());

  EXPECT_EQ(Content(), "one\ntwo\n");
}

TEST_F(RecordFileTest, EmptiesTheFileOnceWithoutAppend) {
  config_.append = false;
  system_.Put(kPath, "one\ntw");
  RecordFile file = Make();
  ASSERT_THAT(file.Open(), IsOk());
  ASSERT_THAT(file.Append("three\n"), IsOk());

  file.Close();
  ASSERT_THAT(file.Append("four\n"), IsOk());

  EXPECT_EQ(Content(), "three\nfour\n");
}

TEST_F(RecordFileTest, AlwaysAppendsWithRotation) {
  config_.append = false;
  config_.rotation.enabled = true;
  system_.Put(kPath, "one\n");
  RecordFile file = Make();

  EXPECT_THAT(file.Append("two\n"), IsOk());

  EXPECT_EQ(Content(), "one\ntwo\n");
}

TEST_F(RecordFileTest, AppendsToAFramedFileThatEndsWhole) {
  config_.format = Format::kProto;
  system_.Put(kPath, Framed("one") + Framed("three"));
  RecordFile file = Make();

  EXPECT_THAT(file.Append(Framed("x")), IsOk());

  EXPECT_EQ(Content(), Framed("one") + Framed("three") + Framed("x"));
}

TEST_F(RecordFileTest, PutsAFramedFileWithATornEndAside) {
  config_.format = Format::kProto;
  const std::string whole = Framed("one") + Framed("three");
  for (const std::string& torn :
       {whole.substr(0, whole.size() - 1), whole + '\0', whole + std::string(8, '\0')}) {
    system_.Put(kPath, torn);
    RecordFile file = Make();

    EXPECT_THAT(file.Append(Framed("x")), IsOk());

    EXPECT_EQ(Content(), Framed("x"));
    EXPECT_EQ(system_.Content(kFirstBackup), torn);
    system_.Unlink(kFirstBackup);
  }
}

TEST_F(RecordFileTest, PutsAFramedFileAsideWhenARecordCouldNotBeCutOff) {
  config_.format = Format::kProto;
  RecordFile file = Make();
  ASSERT_THAT(file.Append(Framed("one")), IsOk());
  system_.SetFreeBytes(2);
  system_.Fail(Call::kTruncate, absl::DataLossError("Input/output error"));
  ASSERT_FALSE(file.Append(Framed("two")).ok());
  system_.SetFreeBytes(1000);

  EXPECT_THAT(file.Append(Framed("two")), IsOk());

  EXPECT_EQ(Content(), Framed("two"));
  EXPECT_EQ(system_.Content(kFirstBackup), Framed("one") + Framed("two").substr(0, 2));
}

TEST_F(RecordFileTest, OpensTheFileAnewWhenItWasRemoved) {
  RecordFile file = Make();
  ASSERT_THAT(file.Append("one\n"), IsOk());
  system_.Unlink(kPath);

  EXPECT_THAT(file.Append("two\n"), IsOk());

  EXPECT_EQ(Content(), "two\n");
}

TEST_F(RecordFileTest, OpensTheFileAnewWhenItWasRenamedByOthers) {
  RecordFile file = Make();
  ASSERT_THAT(file.Append("one\n"), IsOk());
  ASSERT_THAT(system_.Rename(kPath, "/d/data.jsonl.1"), IsOk());

  EXPECT_THAT(file.Append("two\n"), IsOk());

  EXPECT_EQ(Content(), "two\n");
  EXPECT_EQ(system_.Content("/d/data.jsonl.1"), "one\n");
}

TEST_F(RecordFileTest, GoesOnAtTheEndOfAFileThatWasEmptiedByOthers) {
  RecordFile file = Make();
  ASSERT_THAT(file.Append("one\n"), IsOk());
  system_.Put(kPath, "");
  system_.SetFreeBytes(2);
  EXPECT_FALSE(file.Append("two\n").ok());
  system_.SetFreeBytes(100);

  EXPECT_THAT(file.Append("two\n"), IsOk());

  EXPECT_EQ(Content(), "two\n");
}

TEST_F(RecordFileTest, WaitsForADirectoryThatWasRemoved) {
  RecordFile file = Make();
  ASSERT_THAT(file.Append("one\n"), IsOk());
  system_.RemoveDirectory("/d");

  EXPECT_THAT(file.Append("two\n"), StatusIs(absl::StatusCode::kNotFound, testing::_));
  system_.AddDirectory("/d");
  EXPECT_THAT(file.Append("two\n"), IsOk());

  EXPECT_EQ(Content(), "two\n");
}

TEST_F(RecordFileTest, CreatesTheDirectoryOnRequest) {
  config_.create_directory = true;
  config_.path = "/new/dir/data.jsonl";
  RecordFile file = Make();
  ASSERT_THAT(file.Append("one\n"), IsOk());
  system_.RemoveDirectory("/new/dir");

  EXPECT_THAT(file.Append("two\n"), IsOk());

  EXPECT_EQ(system_.Content(config_.path), "two\n");
}

TEST_F(RecordFileTest, RotatesBeforeTheRecordThatWouldPassTheSize) {
  config_.rotation.enabled = true;
  config_.rotation.max_megabytes = 1;
  RecordFile file = Make();
  const std::string half(kMegabyte / 2, 'h');
  ASSERT_THAT(file.Append(half), IsOk());
  ASSERT_THAT(file.Append(half), IsOk());

  EXPECT_THAT(file.Append("x\n"), IsOk());

  EXPECT_EQ(Content(), "x\n");
  EXPECT_EQ(system_.Content(kFirstBackup), half + half);
  EXPECT_EQ(Count("spanhold_file_rotations"), 1U);
}

TEST_F(RecordFileTest, WritesARecordLargerThanTheSizeToAFileOfItsOwn) {
  config_.rotation.enabled = true;
  config_.rotation.max_megabytes = 1;
  RecordFile file = Make();
  const std::string large(2 * kMegabyte, 'l');

  ASSERT_THAT(file.Append(large), IsOk());
  EXPECT_THAT(system_.Paths(), ElementsAre(kPath));
  ASSERT_THAT(file.Append("x\n"), IsOk());

  EXPECT_EQ(system_.Content(kFirstBackup), large);
  EXPECT_EQ(Content(), "x\n");
}

TEST_F(RecordFileTest, CountsWhatAnEarlierRunWroteTowardsTheSize) {
  config_.rotation.enabled = true;
  config_.rotation.max_megabytes = 1;
  const std::string full = std::string(kMegabyte - 1, 'f') + "\n";
  system_.Put(kPath, full);
  RecordFile file = Make();

  EXPECT_THAT(file.Append("x\n"), IsOk());

  EXPECT_EQ(Content(), "x\n");
  EXPECT_EQ(system_.Content(kFirstBackup), full);
}

TEST_F(RecordFileTest, KeepsBothFilesRotatedInTheSameMillisecond) {
  config_.rotation.enabled = true;
  config_.rotation.max_megabytes = 1;
  RecordFile file = Make();
  const std::string first(kMegabyte, '1');
  const std::string second(kMegabyte, '2');

  ASSERT_THAT(file.Append(first), IsOk());
  ASSERT_THAT(file.Append(second), IsOk());
  ASSERT_THAT(file.Append("3\n"), IsOk());

  EXPECT_EQ(system_.Content(kFirstBackup), first);
  EXPECT_EQ(system_.Content(kSecondBackup), second);
  EXPECT_EQ(Content(), "3\n");
}

TEST_F(RecordFileTest, RotatesAFileOfMaxDaysAge) {
  config_.rotation.enabled = true;
  config_.rotation.max_days = 2;
  RecordFile file = Make();
  ASSERT_THAT(file.Append("one\n"), IsOk());
  clock_.Advance(std::chrono::hours(48) - std::chrono::seconds(1));
  ASSERT_THAT(file.Append("two\n"), IsOk());
  clock_.Advance(std::chrono::seconds(1));
  system_.SetCreationTime(clock_.WallNow());

  ASSERT_THAT(file.Append("three\n"), IsOk());

  EXPECT_EQ(Content(), "three\n");
  EXPECT_EQ(system_.Content("/d/data-2024-01-03T00-00-00.000.jsonl"), "one\ntwo\n");
}

TEST_F(RecordFileTest, RemovesTheOldestBackupsBeyondMaxBackups) {
  config_.rotation.enabled = true;
  config_.rotation.max_megabytes = 1;
  config_.rotation.max_backups = 2;
  RecordFile file = Make();

  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(file.Append(std::string(kMegabyte, static_cast<char>('a' + i))), IsOk());
  }

  EXPECT_THAT(system_.Paths(), ElementsAre("/d/data-2024-01-01T00-00-00.002.jsonl",
                                           "/d/data-2024-01-01T00-00-00.003.jsonl", kPath));
}

TEST_F(RecordFileTest, RemovesExpiredBackupsWhenItStarts) {
  config_.rotation.enabled = true;
  config_.rotation.max_days = 7;
  system_.Put("/d/data-2023-12-24T23-59-59.999.jsonl", "old");
  system_.Put("/d/data-2023-12-25T00-00-00.000.jsonl", "young");
  RecordFile file = Make();

  ASSERT_THAT(file.Open(), IsOk());

  EXPECT_THAT(system_.Paths(), ElementsAre("/d/data-2023-12-25T00-00-00.000.jsonl", kPath));
}

TEST_F(RecordFileTest, RemovesNothingWithoutRotation) {
  config_.rotation.max_backups = 1;
  system_.Put("/d/data-2000-01-01T00-00-00.000.jsonl", "old");
  system_.Put("/d/data-2000-01-02T00-00-00.000.jsonl", "old");
  RecordFile file = Make();

  ASSERT_THAT(file.Open(), IsOk());

  EXPECT_THAT(system_.Paths(), SizeIs(3));
}

TEST_F(RecordFileTest, GoesOnWithTheOldFileWhileItCannotBeRenamed) {
  config_.rotation.enabled = true;
  config_.rotation.max_megabytes = 1;
  const std::string full(kMegabyte, 'f');
  RecordFile file = Make();
  ASSERT_THAT(file.Append(full), IsOk());
  system_.Fail(Call::kRename, absl::PermissionDeniedError("Permission denied"));

  EXPECT_THAT(file.Append("one\n"), IsOk());
  EXPECT_EQ(Content(), full + "one\n");
  system_.Fail(Call::kRename, absl::OkStatus());
  EXPECT_THAT(file.Append("two\n"), IsOk());

  EXPECT_EQ(Content(), "two\n");
}

TEST_F(RecordFileTest, LosesNothingWhenTheNewFileCannotBeCreated) {
  config_.rotation.enabled = true;
  config_.rotation.max_megabytes = 1;
  const std::string full(kMegabyte, 'f');
  RecordFile file = Make();
  ASSERT_THAT(file.Append(full), IsOk());
  system_.Fail(Call::kOpen, absl::ResourceExhaustedError("No space left on device"));

  EXPECT_THAT(file.Append("one\n"), StatusIs(absl::StatusCode::kResourceExhausted, testing::_));
  system_.Fail(Call::kOpen, absl::OkStatus());
  EXPECT_THAT(file.Append("one\n"), IsOk());

  EXPECT_EQ(Content(), "one\n");
  EXPECT_EQ(system_.Content(kFirstBackup), full);
}

TEST_F(RecordFileTest, WritesOnWhenOldFilesCannotBeListedOrRemoved) {
  config_.rotation.enabled = true;
  config_.rotation.max_megabytes = 1;
  config_.rotation.max_backups = 1;
  const std::string full(kMegabyte, 'f');
  RecordFile file = Make();
  system_.Fail(Call::kRemove, absl::PermissionDeniedError("Permission denied"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(file.Append(full), IsOk());
  }
  system_.Fail(Call::kList, absl::PermissionDeniedError("Permission denied"));

  EXPECT_THAT(file.Append(full), IsOk());

  EXPECT_THAT(system_.Paths(), SizeIs(4));
}

TEST_F(RecordFileTest, FlushesOnlyWhatWasWrittenSinceTheLastFlush) {
  RecordFile file = Make();
  ASSERT_THAT(file.Append("one\n"), IsOk());
  system_.Fail(Call::kSync, absl::DataLossError("Input/output error"));

  file.Flush();
  file.Flush();

  EXPECT_EQ(Count("spanhold_file_flush_failures"), 1U);
}

}  // namespace
}  // namespace spanhold::file
