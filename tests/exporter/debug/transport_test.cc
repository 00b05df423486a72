#include "src/exporter/debug/transport.h"

#include <signal.h>

#include <future>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/debug/pipe.h"
#include "tests/support/make_batch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_is.h"

namespace spanhold::debug {
namespace {

using testing::_;
using testing::HasSubstr;

constexpr char kBasicLine[] =
    "2024-01-01T00:00:00.000Z debug/x: Traces  resource spans: 1, spans: 3\n";

std::future<sending::SendResult> Send(DebugTransport& transport) {
  auto result = std::make_shared<std::promise<sending::SendResult>>();
  transport.Send(otlp::TraceBatch::Whole(MakeChunk(NumberedSpans(3)), nullptr), Deadline::max(),
                 [result](sending::SendResult r) { result->set_value(std::move(r)); });
  return result->get_future();
}

class DebugTransportTest : public testing::Test {
 protected:
  DebugTransportTest() {
    signal(SIGPIPE, SIG_IGN);
    config_.output_paths = {pipe_.path()};
  }
  DebugTransport Make() { return {"debug/x", config_, clock_}; }
  std::string ReadLine() const { return pipe_.Read(sizeof(kBasicLine) - 1); }

  Pipe pipe_;
  Config config_;
  ManualClock clock_;
};

TEST_F(DebugTransportTest, ShowsEachBatch) {
  DebugTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());

  EXPECT_THAT(Send(transport).get().status, IsOk());
  EXPECT_THAT(Send(transport).get().status, IsOk());

  EXPECT_EQ(ReadLine(), kBasicLine);
  EXPECT_EQ(ReadLine(), kBasicLine);
  EXPECT_THAT(transport.Shutdown(), IsOk());
}

TEST_F(DebugTransportTest, TakesWhatSamplingLeavesOutWithoutShowingIt) {
  config_.sampling_initial = 1;
  config_.sampling_thereafter = 0;
  DebugTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());
  // Without a reader, showing anything would be an error.
  EXPECT_THAT(Send(transport).get().status, IsOk());
  pipe_.CloseReader();

  EXPECT_THAT(Send(transport).get().status, IsOk());

  EXPECT_THAT(transport.Shutdown(), IsOk());
}

TEST_F(DebugTransportTest, RefusesForGoodWhatCannotBeShown) {
  DebugTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());
  pipe_.CloseReader();

  const Status status = Send(transport).get().status;

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("Broken pipe")));
  EXPECT_FALSE(IsRetryable(status));
  EXPECT_THAT(transport.Shutdown(), IsOk());
}

TEST_F(DebugTransportTest, DoesNotBlockTheCallerWhileNobodyReads) {
  config_.verbosity = Verbosity::kDetailed;
  DebugTransport transport = Make();
  ASSERT_THAT(transport.Start(), IsOk());

  // Far more than the pipe holds.
  std::vector<std::future<sending::SendResult>> results;
  for (int i = 0; i < 500; ++i) {
    results.push_back(Send(transport));
  }
  EXPECT_THAT(transport.Shutdown(), IsOk());

  EXPECT_THAT(results.back().get().status, StatusIs(absl::StatusCode::kCancelled, _));
}

TEST_F(DebugTransportTest, ReportsAnOutputThatCannotBeOpened) {
  config_.output_paths = {"/no/such/file"};
  DebugTransport transport = Make();

  EXPECT_THAT(transport.Start(), StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/such/file")));
  EXPECT_THAT(transport.Shutdown(), IsOk());
}

TEST_F(DebugTransportTest, AnswersAtOnceBeforeStartAndAfterShutdown) {
  DebugTransport transport = Make();

  EXPECT_THAT(Send(transport).get().status, StatusIs(absl::StatusCode::kCancelled, _));
  ASSERT_THAT(transport.Start(), IsOk());
  EXPECT_THAT(transport.Shutdown(), IsOk());
  EXPECT_THAT(transport.Shutdown(), IsOk());
  EXPECT_THAT(Send(transport).get().status, StatusIs(absl::StatusCode::kCancelled, _));
}

TEST_F(DebugTransportTest, WritesToTheLogOnRequest) {
  config_.use_internal_logger = true;
  config_.output_paths = {"/no/such/file"};
  config_.verbosity = Verbosity::kNormal;
  DebugTransport transport = Make();
  testing::internal::CaptureStderr();
  ASSERT_THAT(transport.Start(), IsOk());

  EXPECT_THAT(Send(transport).get().status, IsOk());
  EXPECT_THAT(transport.Shutdown(), IsOk());

  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("debug/x: Traces  resource spans: 1, spans: 3\n"));
  EXPECT_THAT(log, HasSubstr("debug/x: span-2 "));
}

}  // namespace
}  // namespace spanhold::debug
