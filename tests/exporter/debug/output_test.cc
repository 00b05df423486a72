#include "src/exporter/debug/output.h"

#include <signal.h>

#include <cstdio>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/debug/pipe.h"
#include "tests/support/status_is.h"

namespace spanhold::debug {
namespace {

using testing::_;
using testing::HasSubstr;

TEST(OutputTest, WritesToEveryPlace) {
  const Pipe first;
  const Pipe second;
  Output output({first.path(), second.path()});
  ASSERT_THAT(output.Open(), IsOk());

  EXPECT_THAT(output.Write("hello\n"), IsOk());

  EXPECT_EQ(first.Read(6), "hello\n");
  EXPECT_EQ(second.Read(6), "hello\n");
}

TEST(OutputTest, WritesToStdout) {
  testing::internal::CaptureStdout();
  Output output({"stdout"});
  ASSERT_THAT(output.Open(), IsOk());

  EXPECT_THAT(output.Write("hello\n"), IsOk());

  EXPECT_EQ(testing::internal::GetCapturedStdout(), "hello\n");
}

TEST(OutputTest, WaitsForASlowReader) {
  const Pipe pipe;
  Output output({pipe.path()});
  ASSERT_THAT(output.Open(), IsOk());
  const std::string large(static_cast<size_t>(pipe.capacity()) * 3, 'x');
  Status status;

  std::thread writer([&] { status = output.Write(large); });

  EXPECT_EQ(pipe.Read(large.size()), large);
  writer.join();
  EXPECT_THAT(status, IsOk());
}

TEST(OutputTest, StopsWaitingWhenItIsInterrupted) {
  const Pipe pipe;
  Output output({pipe.path()});
  ASSERT_THAT(output.Open(), IsOk());
  Status status;
  std::thread writer(
      [&] { status = output.Write(std::string(static_cast<size_t>(pipe.capacity()) * 2, 'x')); });
  pipe.Read(1);

  output.Interrupt();
  writer.join();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled, _));
  EXPECT_THAT(output.Write("more"), StatusIs(absl::StatusCode::kCancelled, _));
}

TEST(OutputTest, SaysThatNobodyReadsThePipe) {
  signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  Output output({pipe.path()});
  ASSERT_THAT(output.Open(), IsOk());
  pipe.CloseReader();

  EXPECT_THAT(output.Write("hello\n"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("Broken pipe")));
}

TEST(OutputTest, SaysThatTheDiskIsFullAndStillWritesToTheOthers) {
  const Pipe pipe;
  Output output({"/dev/full", pipe.path()});
  ASSERT_THAT(output.Open(), IsOk());

  EXPECT_THAT(output.Write("hello\n"),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "cannot write to '/dev/full': No space left on device"));

  EXPECT_EQ(pipe.Read(6), "hello\n");
}

TEST(OutputTest, SaysWhichFileCannotBeOpened) {
  Output output({"stdout", "/no/such/file"});

  EXPECT_THAT(output.Open(), StatusIs(absl::StatusCode::kNotFound,
                                      "cannot open '/no/such/file': No such file or directory"));
}

}  // namespace
}  // namespace spanhold::debug
