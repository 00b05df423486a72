#include <algorithm>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/exporter/sending/lane.h"
#include "tests/exporter/sending/lane_harness.h"
#include "tests/support/captured_log.h"
#include "tests/support/gate_transport.h"
#include "tests/support/scripted_transport.h"
#include "tests/support/status_is.h"

namespace spanhold::sending {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

const Status kDown = absl::UnavailableError("connection refused");

SendingConfig OneAtATime() {
  SendingConfig config = PlainConfig();
  config.sending_queue.num_consumers = 1;
  return config;
}

TEST(LaneShutdownTest, SendsAllThatIsHeld) {
  LaneHarness<GateTransport> lane(OneAtATime());
  for (int i = 0; i < 5; ++i) {
    lane.Hand(2);
  }

  std::thread shutdown([&] { EXPECT_THAT(lane.lane->Shutdown(kFarDeadline), IsOk()); });
  for (size_t i = 1; i <= 5; ++i) {
    lane.transport->AwaitSent(i);
    lane.transport->Answer(absl::OkStatus());
  }
  shutdown.join();

  EXPECT_EQ(lane.account().sent(), 10U);
}

TEST(LaneShutdownTest, CutsTheWaitForARetryShort) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->Answer(kDown);
  lane.Hand(5);

  ASSERT_THAT(lane.lane->Shutdown(kFarDeadline), IsOk());

  EXPECT_EQ(lane.account().sent(), 5U);
}

TEST(LaneShutdownTest, TriesAgainUntilTheDeadlineAtMostASecondApart) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->Answer(kDown, 3);
  lane.Hand(5);

  std::thread shutdown([&] { EXPECT_THAT(lane.lane->Shutdown(kFarDeadline), IsOk()); });
  lane.timers.AwaitScheduled(2);
  lane.timers.Advance(seconds(1));
  lane.timers.AwaitScheduled(3);
  lane.timers.Advance(seconds(1));
  shutdown.join();

  EXPECT_EQ(lane.transport->sent.size(), 4U);
  EXPECT_EQ(lane.account().sent(), 5U);
}

TEST(LaneShutdownTest, DropsAtOnceWhatCannotBeTriedAgainBeforeTheDeadline) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->Answer(kDown, 2);
  lane.Hand(5);

  ASSERT_THAT(lane.lane->Shutdown(lane.clock.Now() + milliseconds(999)), IsOk());

  EXPECT_EQ(lane.transport->sent.size(), 2U);
  EXPECT_EQ(lane.dropped(DropReason::kShutdown), 5U);
}

TEST(LaneShutdownTest, DropsAtOnceWhatTheBackendWantsLaterThanTheDeadline) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->Answer(WithRetryAfter(kDown, seconds(20)), 2);
  lane.Hand(5);

  ASSERT_THAT(lane.lane->Shutdown(lane.clock.Now() + seconds(10)), IsOk());

  EXPECT_EQ(lane.dropped(DropReason::kShutdown), 5U);
}

TEST(LaneShutdownTest, EndsAttemptsAtTheDeadline) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->Answer(kDown);
  lane.Hand(5);

  ASSERT_THAT(lane.lane->Shutdown(lane.clock.Now() + seconds(3)), IsOk());

  EXPECT_EQ(lane.transport->sent[1].deadline, lane.clock.Now() + seconds(3));
}

TEST(LaneShutdownTest, DropsAndCountsWhatIsLeftAtTheDeadline) {
  SendingConfig config = PlainConfig();
  config.sending_queue.num_consumers = 2;
  LaneHarness<GateTransport> lane(config);
  lane.Hand(1);
  lane.Hand(2);
  lane.Hand(4);
  lane.transport->Answer(kDown);  // one waits, one is in flight, one is queued
  CapturedLog log;

  ASSERT_THAT(lane.lane->Shutdown(lane.clock.Now()), IsOk());
  const std::string lines = log.Take();

  EXPECT_EQ(lane.dropped(DropReason::kShutdown), 7U);
  EXPECT_EQ(lane.transport->sent(), 2U);
  EXPECT_THAT(lines, HasSubstr("when the time to shut down was over spans=7\n"));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1) << lines;
}

TEST(LaneShutdownTest, BeginsNothingAfterTheDeadline) {
  LaneHarness<GateTransport> lane(OneAtATime());
  lane.Hand(1);
  lane.Hand(2);

  const Deadline deadline = lane.clock.Now() + seconds(10);
  std::thread shutdown([&] { EXPECT_THAT(lane.lane->Shutdown(deadline), IsOk()); });
  lane.clock.Advance(seconds(10));
  lane.transport->Answer(absl::OkStatus());
  shutdown.join();

  EXPECT_EQ(lane.account().sent(), 1U);
  EXPECT_EQ(lane.dropped(DropReason::kShutdown), 2U);
}

TEST(LaneShutdownTest, CountsACancelledAttemptForTheShutdownAlsoWithoutRetry) {
  SendingConfig config = PlainConfig();
  config.retry_on_failure.enabled = false;
  LaneHarness<GateTransport> lane(config);
  lane.Hand(3);

  ASSERT_THAT(lane.lane->Shutdown(lane.clock.Now()), IsOk());

  EXPECT_EQ(lane.dropped(DropReason::kShutdown), 3U);
}

TEST(LaneShutdownTest, DropsWhatComesLater) {
  LaneHarness<ScriptedTransport> lane;
  ASSERT_THAT(lane.lane->Shutdown(kFarDeadline), IsOk());

  lane.Hand(3);

  EXPECT_EQ(lane.dropped(DropReason::kShutdown), 3U);
  EXPECT_TRUE(lane.transport->sent.empty());
}

TEST(LaneShutdownTest, IsSafeWithoutStartAndASecondTime) {
  LaneHarness<ScriptedTransport> lane(PlainConfig(), /*start=*/false);

  EXPECT_THAT(lane.lane->Shutdown(kFarDeadline), IsOk());
  EXPECT_THAT(lane.lane->Shutdown(kFarDeadline), IsOk());

  EXPECT_EQ(lane.transport->shutdowns, 2);
}

TEST(LaneShutdownTest, PassesOnWhatItsTransportCouldNotWrite) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->shutdown_status = absl::UnavailableError("disk full");

  EXPECT_THAT(lane.lane->Shutdown(kFarDeadline),
              StatusIs(absl::StatusCode::kUnavailable, "disk full"));

  lane.transport->shutdown_status = absl::OkStatus();
}

TEST(LaneShutdownTest, LeavesTimersThatDoNothingWhenTheLaneIsGone) {
  ManualClock clock;
  ManualTimers timers(clock);
  Random random(1);
  Telemetry telemetry;
  RecordingObserver observer;
  const MemoryBudget budget(kBudget);
  LaneAccount account(0, "traces", "otlp", telemetry);
  auto transport = std::make_unique<ScriptedTransport>();
  transport->Answer(kDown);
  auto lane = std::make_unique<Lane>("otlp", PlainConfig(), std::move(transport), timers, clock,
                                     random, budget, telemetry);
  ASSERT_THAT(lane->Start(), IsOk());
  lane->Consume(MakeBatch(NumberedSpans(2), observer), account);
  ASSERT_THAT(lane->Shutdown(clock.Now()), IsOk());
  lane.reset();

  timers.Advance(seconds(60));

  EXPECT_EQ(account.dropped(DropReason::kShutdown), 2U);
  EXPECT_EQ(observer.lanes_settled, 1U);
}

}  // namespace
}  // namespace spanhold::sending
