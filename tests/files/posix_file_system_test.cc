#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/files/file_system.h"
#include "tests/support/status_is.h"
#include "tests/support/temp_directory.h"

namespace spanhold {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

class PosixFileSystemTest : public testing::Test {
 protected:
  std::unique_ptr<File> Open(const std::string& path) {
    StatusOr<std::unique_ptr<File>> file = system_.OpenForAppend(path);
    EXPECT_THAT(file, IsOk());
    return file.ok() ? *std::move(file) : nullptr;
  }

  TempDirectory directory_;
  FileSystem& system_ = PosixFileSystem();
};

TEST_F(PosixFileSystemTest, AppendsToANewFileAndToOneThatIsThere) {
  const std::string path = directory_.File("f");

  EXPECT_EQ(Open(path)->Append("one").value(), 3U);
  EXPECT_EQ(Open(path)->Append("two").value(), 3U);

  EXPECT_EQ(ReadFile(path), "onetwo");
}

TEST_F(PosixFileSystemTest, AppendsPiecesInOrder) {
  const std::string path = directory_.File("f");
  const std::string_view pieces[] = {"one", "", "two", "three"};

  EXPECT_EQ(Open(path)->AppendPieces(pieces).value(), 11U);
  EXPECT_THAT(system_.SyncDirectory(directory_.path()), IsOk());

  EXPECT_EQ(ReadFile(path), "onetwothree");
}

TEST_F(PosixFileSystemTest, AppendsAtTheNewEndAfterTruncate) {
  const std::string path = directory_.File("f");
  const std::unique_ptr<File> file = Open(path);
  ASSERT_TRUE(file->Append("one two").ok());

  EXPECT_THAT(file->Truncate(4), IsOk());
  ASSERT_TRUE(file->Append("2").ok());
  EXPECT_THAT(file->Sync(), IsOk());

  EXPECT_EQ(ReadFile(path), "one 2");
}

TEST_F(PosixFileSystemTest, ReadsWhatIsThereAndNoMore) {
  const std::string path = directory_.File("f");
  ASSERT_TRUE(Open(path)->Append("0123456789").ok());
  const std::unique_ptr<File> file = system_.OpenForRead(path).value();

  EXPECT_EQ(file->ReadAt(3, 4).value(), "3456");
  EXPECT_EQ(file->ReadAt(8, 4).value(), "89");
  EXPECT_EQ(file->ReadAt(20, 4).value(), "");
}

TEST_F(PosixFileSystemTest, TellsAFileFromItsSuccessorOfTheSameName) {
  const std::string path = directory_.File("f");
  const std::unique_ptr<File> file = Open(path);
  const FileInfo before = system_.Stat(path).value();
  EXPECT_EQ(file->Info().value().inode, before.inode);
  EXPECT_TRUE(before.regular);

  ASSERT_THAT(system_.Rename(path, directory_.File("g")), IsOk());
  ASSERT_NE(Open(path), nullptr);

  EXPECT_NE(system_.Stat(path).value().inode, before.inode);
  EXPECT_EQ(system_.Stat(directory_.File("g")).value().inode, before.inode);
  EXPECT_EQ(system_.Stat(path).value().device, before.device);
}

TEST_F(PosixFileSystemTest, KnowsWhenAFileWasCreated) {
  const std::string path = directory_.File("f");
  const std::unique_ptr<File> file = Open(path);

  // Later than this test was written: a real time, in nanoseconds since 1970.
  EXPECT_GT(file->Info().value().created, WallTime(std::chrono::seconds(1700000000)));
}

TEST_F(PosixFileSystemTest, LocksAFileAgainstASecondWriter) {
  const std::string path = directory_.File("f");
  std::unique_ptr<File> first = Open(path);
  const std::unique_ptr<File> second = Open(path);

  EXPECT_THAT(first->Lock(), IsOk());
  EXPECT_THAT(second->Lock(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                       "'" + path + "' is in use by another process or exporter"));
  first.reset();
  EXPECT_THAT(second->Lock(), IsOk());
}

TEST_F(PosixFileSystemTest, CreatesDirectoriesWithTheirMode) {
  const std::string path = directory_.File("a/b/c");
  const mode_t old = umask(0);

  EXPECT_THAT(system_.CreateDirectories(path, 0750), IsOk());
  EXPECT_THAT(system_.CreateDirectories(path, 0750), IsOk());
  umask(old);

  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0750));
}

TEST_F(PosixFileSystemTest, ListsAndRemoves) {
  ASSERT_NE(Open(directory_.File("f")), nullptr);
  ASSERT_NE(Open(directory_.File("g")), nullptr);

  EXPECT_THAT(system_.Remove(directory_.File("f")), IsOk());

  EXPECT_THAT(system_.List(directory_.path()).value(), UnorderedElementsAre(".", "..", "g"));
}

TEST_F(PosixFileSystemTest, SaysWhichFileAndWhy) {
  const std::string missing = directory_.File("no/f");

  EXPECT_THAT(system_.OpenForAppend(missing),
              StatusIs(absl::StatusCode::kNotFound,
                       "cannot open '" + missing + "': No such file or directory"));
  EXPECT_THAT(system_.Stat(missing), StatusIs(absl::StatusCode::kNotFound, HasSubstr(missing)));
  EXPECT_THAT(system_.Remove(missing), StatusIs(absl::StatusCode::kNotFound, HasSubstr(missing)));
  EXPECT_THAT(system_.List(missing), StatusIs(absl::StatusCode::kNotFound, HasSubstr(missing)));
  EXPECT_THAT(system_.Rename(missing, missing + "2"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(missing + "2")));
  EXPECT_FALSE(system_.OpenForAppend(directory_.path()).ok());
  EXPECT_FALSE(system_.CreateDirectories("/dev/null/x", 0755).ok());
}

TEST_F(PosixFileSystemTest, ReportsAFullDisk) {
  const std::unique_ptr<File> full = Open("/dev/full");

  EXPECT_FALSE(full->Info().value().regular);
  EXPECT_THAT(full->Append("x"), StatusIs(absl::StatusCode::kResourceExhausted,
                                          "cannot write to '/dev/full': No space left on device"));
}

TEST_F(PosixFileSystemTest, DoesNotWaitForTheReaderOfAPipe) {
  const std::string path = directory_.File("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);

  EXPECT_FALSE(system_.OpenForAppend(path).ok());
}

TEST_F(PosixFileSystemTest, HasNothingToFlushInADevice) {
  EXPECT_THAT(Open("/dev/null")->Sync(), IsOk());
}

}  // namespace
}  // namespace spanhold
