#include "src/exporter/file/transport.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_file_system.h"
#include "tests/support/make_batch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_is.h"
#include "tests/support/temp_directory.h"

namespace spanhold::file {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using Call = FakeFileSystem::Call;

constexpr char kPath[] = "/d/data.jsonl";
constexpr Deadline kNever = Deadline::max();

otlp::TraceBatch Batch(const std::string& name) {
  SpanSpec span;
  span.name = name;
  return otlp::TraceBatch::Whole(MakeChunk({span}), nullptr);
}

std::future<sending::SendResult> Send(FileTransport& transport, const std::string& name,
                                      Deadline deadline = kNever) {
  auto result = std::make_shared<std::promise<sending::SendResult>>();
  transport.Send(Batch(name), deadline,
                 [result](sending::SendResult r) { result->set_value(std::move(r)); });
  return result->get_future();
}

class FileTransportTest : public testing::Test {
 protected:
  FileTransportTest() {
    config_.path = kPath;
    config_.flush_interval = Duration::zero();
    system_.AddDirectory("/d");
  }

  FileTransport Make() { return {"file/x", config_, {system_, clock_, TestBudget(), telemetry_}}; }
  std::string Content() const { return system_.Content(kPath); }

  Config config_;
  FakeFileSystem system_;
  ManualClock clock_;
  Telemetry telemetry_;
};

TEST_F(FileTransportTest, AnswersWhenTheRecordIsWritten) {
  FileTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());

  EXPECT_THAT(Send(transport, "first").get().status, IsOk());
  EXPECT_THAT(Content(), MatchesRegex("[^\n]*first[^\n]*\n"));
  EXPECT_THAT(Send(transport, "second").get().status, IsOk());
  EXPECT_THAT(Content(), MatchesRegex("[^\n]*first[^\n]*\n[^\n]*second[^\n]*\n"));

  EXPECT_THAT(transport.Shutdown(), IsOk());
}

TEST_F(FileTransportTest, SaysAtStartThatTheDirectoryIsMissing) {
  config_.path = "/missing/data.jsonl";
  FileTransport transport = Make();

  EXPECT_THAT(transport.Start(),
              StatusIs(absl::StatusCode::kNotFound,
                       "cannot open '/missing/data.jsonl': No such file or directory; create the "
                       "directory, or set `create_directory: true`"));
  EXPECT_THAT(transport.Shutdown(), IsOk());
}

TEST_F(FileTransportTest, SaysAtStartThatTheFileMayNotBeWritten) {
  system_.Fail(Call::kOpen, absl::PermissionDeniedError("cannot open: Permission denied"));
  FileTransport transport = Make();

  EXPECT_THAT(transport.Start(), StatusIs(absl::StatusCode::kPermissionDenied,
                                          HasSubstr("let the user the daemon runs as")));
  EXPECT_THAT(transport.Shutdown(), IsOk());
}

TEST_F(FileTransportTest, StartsOnAFullDiskAndWritesWhenThereIsRoom) {
  system_.Fail(Call::kOpen, absl::ResourceExhaustedError("No space left on device"));
  FileTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());

  EXPECT_THAT(Send(transport, "first").get().status,
              StatusIs(absl::StatusCode::kUnavailable,
                       "No space left on device; make room, writing goes on by itself"));
  system_.Fail(Call::kOpen, absl::OkStatus());
  EXPECT_THAT(Send(transport, "first").get().status, IsOk());

  EXPECT_THAT(Content(), MatchesRegex("[^\n]*first[^\n]*\n"));
  EXPECT_THAT(transport.Shutdown(), IsOk());
}

TEST_F(FileTransportTest, MakesEveryFailureOfTheDiskRetryable) {
  FileTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());
  for (const int error : {ENOSPC, EDQUOT, EIO, EROFS, EFBIG, EACCES, ENOENT, ESTALE, EBADF}) {
    system_.Fail(Call::kAppend, absl::ErrnoToStatus(error, "cannot write"));

    const sending::SendResult result = Send(transport, "x").get();

    EXPECT_EQ(result.status.code(), absl::StatusCode::kUnavailable) << result.status;
    EXPECT_TRUE(IsRetryable(result.status)) << result.status;
  }
  system_.Fail(Call::kAppend, absl::OkStatus());
  EXPECT_THAT(Send(transport, "x").get().status, IsOk());
  EXPECT_THAT(transport.Shutdown(), IsOk());
}

TEST_F(FileTransportTest, WritesEachRecordOnceThoughTheDiskKeepsFillingUp) {
  FileTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());

  for (int i = 0; i < 20; ++i) {
    const std::string name = "span-" + std::to_string(i) + ".";
    // Less than a record takes, and a different part of it each time.
    system_.SetFreeBytes(static_cast<uint64_t>(i) * 7);
    EXPECT_FALSE(Send(transport, name).get().status.ok());
    system_.SetFreeBytes(100'000);
    EXPECT_THAT(Send(transport, name).get().status, IsOk());
  }
  EXPECT_THAT(transport.Shutdown(), IsOk());

  const std::string content = Content();
  EXPECT_EQ(std::count(content.begin(), content.end(), '\n'), 20);
  for (int i = 0; i < 20; ++i) {
    const std::string name = "span-" + std::to_string(i) + ".";
    const size_t first = content.find(name);
    ASSERT_NE(first, std::string::npos) << name;
    EXPECT_EQ(content.find(name, first + 1), std::string::npos) << name;
  }
}

TEST_F(FileTransportTest, DoesNotWriteWhatIsPastItsDeadline) {
  FileTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());

  EXPECT_THAT(Send(transport, "late", clock_.Now()).get().status,
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("`timeout`")));

  EXPECT_EQ(Content(), "");
  EXPECT_THAT(transport.Shutdown(), IsOk());
}

TEST_F(FileTransportTest, AnswersAtOnceBeforeStartAndAfterShutdown) {
  FileTransport transport = Make();

  EXPECT_THAT(Send(transport, "early").get().status,
              StatusIs(absl::StatusCode::kCancelled, testing::_));
  ASSERT_THAT(transport.Start(), IsOk());
  ASSERT_THAT(transport.Shutdown(), IsOk());
  EXPECT_THAT(Send(transport, "late").get().status,
              StatusIs(absl::StatusCode::kCancelled, testing::_));

  EXPECT_EQ(Content(), "");
}

TEST_F(FileTransportTest, AnswersEverySendAcrossShutdown) {
  FileTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());
  std::vector<std::future<sending::SendResult>> results;
  for (int i = 0; i < 100; ++i) {
    results.push_back(Send(transport, "x"));
  }

  EXPECT_THAT(transport.Shutdown(), IsOk());
  EXPECT_THAT(transport.Shutdown(), IsOk());

  int64_t written = 0;
  for (auto& result : results) {
    const Status status = result.get().status;
    EXPECT_TRUE(status.ok() || absl::IsCancelled(status)) << status;
    written += status.ok() ? 1 : 0;
  }
  const std::string content = Content();
  EXPECT_EQ(std::count(content.begin(), content.end(), '\n'), written);
}

TEST_F(FileTransportTest, FlushesTheDiskAfterFlushIntervalThoughNothingElseComes) {
  config_.flush_interval = std::chrono::milliseconds(1);
  const SystemClock clock;
  FileTransport transport("file", config_, {system_, clock, TestBudget(), telemetry_});
  ASSERT_THAT(transport.Start(), IsOk());

  ASSERT_THAT(Send(transport, "first").get().status, IsOk());
  system_.WaitForSyncs(1);
  ASSERT_THAT(Send(transport, "second").get().status, IsOk());
  system_.WaitForSyncs(2);

  EXPECT_THAT(transport.Shutdown(), IsOk());
}

TEST_F(FileTransportTest, FlushesTheDiskOnShutdown) {
  FileTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());
  ASSERT_THAT(Send(transport, "first").get().status, IsOk());

  EXPECT_THAT(transport.Shutdown(), IsOk());

  system_.WaitForSyncs(1);
}

// On a real disk.

class FileTransportOnDiskTest : public testing::Test {
 protected:
  FileTransport Make() {
    return {"file", config_, {PosixFileSystem(), clock_, TestBudget(), telemetry_}};
  }

  TempDirectory directory_;
  Config config_;
  SystemClock clock_;
  Telemetry telemetry_;
};

TEST_F(FileTransportOnDiskTest, KeepsAllLinesAcrossRestarts) {
  config_.path = directory_.File("data.jsonl");
  for (int run = 0; run < 3; ++run) {
    FileTransport transport = Make();
    ASSERT_THAT(transport.Start(), IsOk());
    std::vector<std::future<sending::SendResult>> results;
    for (int i = 0; i < 100; ++i) {
      results.push_back(Send(transport, "x"));
    }
    for (auto& result : results) {
      EXPECT_THAT(result.get().status, IsOk());
    }
    ASSERT_THAT(transport.Shutdown(), IsOk());
  }

  const std::string content = ReadFile(config_.path);
  EXPECT_EQ(std::count(content.begin(), content.end(), '\n'), 300);
}

TEST_F(FileTransportOnDiskTest, LeavesWholeLinesWhenTheProcessIsKilled) {
  config_.path = directory_.File("data.jsonl");
  const std::string record = std::string(100'000, 'x') + "\n";
  std::array<int, 2> progress{};
  ASSERT_EQ(pipe(progress.data()), 0);

  const pid_t child = fork();
  if (child == 0) {
    RecordFile file("file", config_, PosixFileSystem(), clock_, telemetry_);
    while (file.Append(record).ok() && write(progress[1], "x", 1) == 1) {
    }
    _exit(1);
  }
  std::array<char, 100> written{};
  for (size_t count = 0; count < written.size();) {
    const ssize_t got = read(progress[0], written.data(), written.size() - count);
    ASSERT_GT(got, 0);
    count += static_cast<size_t>(got);
  }
  ASSERT_EQ(kill(child, SIGKILL), 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  RecordFile file("file", config_, PosixFileSystem(), clock_, telemetry_);
  ASSERT_THAT(file.Append("last\n"), IsOk());

  // All whole, but perhaps one: what the child was writing when it ended.
  const std::string content = ReadFile(config_.path);
  size_t torn = 0;
  std::istringstream lines(content);
  std::string line;
  while (std::getline(lines, line)) {
    torn += line.size() + 1 == record.size() || line == "last" ? 0 : 1;
  }
  EXPECT_LE(torn, 1U);
  EXPECT_TRUE(content.ends_with("\nlast\n"));
  EXPECT_GT(content.size(), written.size() * record.size());
  close(progress[0]);
  close(progress[1]);
}

TEST_F(FileTransportOnDiskTest, RefusesAFileThatAnotherExporterWrites) {
  config_.path = directory_.File("data.jsonl");
  FileTransport first = Make();
  FileTransport second = Make();
  ASSERT_THAT(first.Start(), IsOk());

  EXPECT_THAT(second.Start(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                       HasSubstr("is in use by another process or exporter")));

  EXPECT_THAT(first.Shutdown(), IsOk());
}

TEST_F(FileTransportOnDiskTest, ComesBackWithItsDirectory) {
  config_.path = directory_.File("sub/data.jsonl");
  config_.create_directory = true;
  FileTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());
  ASSERT_THAT(Send(transport, "first").get().status, IsOk());
  std::filesystem::remove_all(directory_.File("sub"));

  EXPECT_THAT(Send(transport, "second").get().status, IsOk());

  EXPECT_THAT(ReadFile(config_.path), HasSubstr("second"));
  EXPECT_THAT(transport.Shutdown(), IsOk());
}

TEST_F(FileTransportOnDiskTest, ReportsADiskThatIsReallyFull) {
  config_.path = "/dev/full";
  FileTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());

  EXPECT_THAT(Send(transport, "x").get().status,
              StatusIs(absl::StatusCode::kUnavailable,
                       "cannot write to '/dev/full': No space left on device; make room, writing "
                       "goes on by itself"));
  EXPECT_THAT(transport.Shutdown(), IsOk());
}

TEST_F(FileTransportOnDiskTest, RotatesAndRemovesRealFiles) {
  config_.path = directory_.File("data.bin");
  config_.format = Format::kProto;
  config_.rotation.enabled = true;
  config_.rotation.max_megabytes = 1;
  config_.rotation.max_backups = 2;
  FileTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());

  for (int i = 0; i < 10; ++i) {
    ASSERT_THAT(Send(transport, std::string(700'000, 'x')).get().status, IsOk());
  }
  EXPECT_THAT(transport.Shutdown(), IsOk());

  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("data.bin", testing::StartsWith("data-2"),
                                                   testing::StartsWith("data-2")));
}

}  // namespace
}  // namespace spanhold::file
