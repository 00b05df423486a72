#include "src/exporter/sending/lane.h"

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
using testing::Not;

const Status kDown = absl::UnavailableError("connection refused");
const Status kBad = absl::InvalidArgumentError("no such tenant");

SendingConfig OneAtATime() {
  SendingConfig config = PlainConfig();
  config.sending_queue.num_consumers = 1;
  return config;
}

SendingConfig QueueOf(int64_t size, bool block_on_overflow = true) {
  SendingConfig config = PlainConfig();
  config.sending_queue.queue_size = size;
  config.sending_queue.block_on_overflow = block_on_overflow;
  return config;
}

TEST(LaneTest, SendsWhileASlotIsFreeAndQueuesBehindThat) {
  SendingConfig config = PlainConfig();
  config.sending_queue.num_consumers = 2;
  LaneHarness<GateTransport> lane(config);

  lane.Hand(1);
  lane.Hand(1);
  lane.Hand(1);

  EXPECT_EQ(lane.transport->open(), 2U);
  EXPECT_EQ(lane.held(), 3U);
}

TEST(LaneTest, SendsTheOldestQueuedBatchFromACompletion) {
  LaneHarness<GateTransport> lane(OneAtATime());
  lane.Hand(1);
  lane.Hand(2);
  lane.Hand(3);

  EXPECT_EQ(lane.transport->Answer(absl::OkStatus()), 1U);
  EXPECT_EQ(lane.transport->Answer(absl::OkStatus()), 2U);
  EXPECT_EQ(lane.transport->Answer(absl::OkStatus()), 3U);

  EXPECT_EQ(lane.account().sent(), 6U);
  EXPECT_EQ(lane.held(), 0U);
}

TEST(LaneTest, IgnoresABatchWithoutSpans) {
  LaneHarness<ScriptedTransport> lane;

  lane.lane->Consume(TraceBatch(), lane.account());

  EXPECT_TRUE(lane.transport->sent.empty());
}

TEST(LaneTest, GivesEachAttemptTheConfiguredTimeout) {
  SendingConfig config = PlainConfig();
  config.timeout = seconds(7);
  LaneHarness<ScriptedTransport> lane(config);

  lane.Hand(1);

  EXPECT_EQ(lane.transport->sent[0].deadline, lane.clock.Now() + seconds(7));
}

TEST(LaneTest, TakesTimeoutZeroForADay) {
  SendingConfig config = PlainConfig();
  config.timeout = Duration::zero();
  LaneHarness<ScriptedTransport> lane(config);

  lane.Hand(1);

  EXPECT_EQ(lane.transport->sent[0].deadline, lane.clock.Now() + std::chrono::hours(24));
}

TEST(LaneTest, SettlesWhatTheBackendTook) {
  LaneHarness<ScriptedTransport> lane;

  lane.Hand(5);

  EXPECT_EQ(lane.account().sent(), 5U);
  EXPECT_EQ(lane.observer.lanes_settled, 1U);
  EXPECT_TRUE(lane.Balances());
}

TEST(LaneTest, CountsTheSpansThatABackendThrewAwayAsRejected) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->answers.push_back({absl::OkStatus(), 2, "too old"});

  lane.Hand(5);

  EXPECT_EQ(lane.account().sent(), 3U);
  EXPECT_EQ(lane.account().rejected(), 2U);
  EXPECT_EQ(lane.transport->sent.size(), 1U);
}

TEST(LaneTest, DoesNotRepeatWhatTheBackendRefusedForGood) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->Answer(kBad);

  lane.Hand(5);
  lane.timers.Advance(seconds(60));

  EXPECT_EQ(lane.account().rejected(), 5U);
  EXPECT_EQ(lane.transport->sent.size(), 1U);
  EXPECT_TRUE(lane.Balances());
}

TEST(LaneTest, TriesAgainOnlyTheRequestOfABatchThatFailed) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->largest_request = 2;
  lane.transport->answers = {{absl::OkStatus(), 0, ""}, {kDown, 0, ""}, {kBad, 0, ""}};

  lane.Hand(5);
  ASSERT_EQ(lane.transport->sent.size(), 3U);
  EXPECT_EQ(lane.account().sent(), 2U);
  EXPECT_EQ(lane.held(), 2U);
  EXPECT_EQ(lane.account().rejected(), 1U);
  lane.timers.Advance(seconds(5));

  ASSERT_EQ(lane.transport->sent.size(), 4U);
  EXPECT_EQ(lane.transport->sent[3].batch.span_count(), 2U);
  EXPECT_EQ(lane.account().sent(), 4U);
}

TEST(LaneTest, SendsAgainAfterTheBackoff) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->Answer(kDown);
  lane.Hand(5);

  lane.timers.Advance(milliseconds(4999));
  EXPECT_EQ(lane.transport->sent.size(), 1U);
  EXPECT_EQ(lane.held(), 5U);
  lane.timers.Advance(milliseconds(1));

  EXPECT_EQ(lane.transport->sent.size(), 2U);
  EXPECT_EQ(lane.account().sent(), 5U);
}

TEST(LaneTest, WaitsAsLongAsTheBackendAsks) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->Answer(WithRetryAfter(kDown, seconds(40)));
  lane.Hand(5);

  lane.timers.Advance(seconds(39));
  EXPECT_EQ(lane.transport->sent.size(), 1U);
  lane.timers.Advance(seconds(1));

  EXPECT_EQ(lane.transport->sent.size(), 2U);
}

TEST(LaneTest, WaitsForTheBackoffWhenTheBackendAsksForLess) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->Answer(WithRetryAfter(kDown, seconds(1)));
  lane.Hand(5);

  lane.timers.Advance(seconds(4));

  EXPECT_EQ(lane.transport->sent.size(), 1U);
}

TEST(LaneTest, TriesWithoutEndByDefault) {
  SendingConfig config = SendingConfig();
  LaneHarness<ScriptedTransport> lane(config);
  lane.transport->Answer(kDown, 1000);
  const CapturedLog quiet;

  lane.Hand(5);
  while (lane.account().sent() == 0) {
    ASSERT_TRUE(lane.timers.NextDue().has_value());
    lane.timers.Advance(*lane.timers.NextDue() - lane.clock.Now());
  }

  EXPECT_EQ(lane.transport->sent.size(), 1001U);
  EXPECT_EQ(lane.account().sent(), 5U);
}

TEST(LaneTest, GivesUpWhenTheNextAttemptWouldPassMaxElapsedTime) {
  SendingConfig config = PlainConfig();
  config.retry_on_failure.max_elapsed_time = seconds(30);
  LaneHarness<ScriptedTransport> lane(config);
  lane.transport->Answer(kDown, 100);

  lane.Hand(5);
  lane.timers.Advance(seconds(5));  // second attempt; the third comes at 12.5 s
  lane.timers.Advance(milliseconds(7500));
  EXPECT_EQ(lane.dropped(DropReason::kRetriesExhausted), 0U);
  lane.timers.Advance(milliseconds(11250));  // at 23.75 s; the next would come at 40.6 s

  EXPECT_EQ(lane.transport->sent.size(), 4U);
  EXPECT_EQ(lane.dropped(DropReason::kRetriesExhausted), 5U);
  EXPECT_TRUE(lane.Balances());
}

TEST(LaneTest, DropsWhatFailsWhenRetryIsDisabled) {
  SendingConfig config = PlainConfig();
  config.retry_on_failure.enabled = false;
  LaneHarness<ScriptedTransport> lane(config);
  lane.transport->Answer(kDown);

  lane.Hand(5);

  EXPECT_EQ(lane.dropped(DropReason::kRetriesExhausted), 5U);
  EXPECT_EQ(lane.held(), 0U);
}

TEST(LaneTest, KeepsTheSlotOfABatchThatWaitsForItsRetry) {
  LaneHarness<GateTransport> lane(OneAtATime());
  lane.Hand(1);
  lane.Hand(2);

  lane.transport->Answer(kDown);
  EXPECT_EQ(lane.transport->open(), 0U);
  lane.timers.Advance(seconds(5));

  EXPECT_EQ(lane.transport->Answer(absl::OkStatus()), 1U);
  EXPECT_EQ(lane.transport->Answer(absl::OkStatus()), 2U);
}

TEST(LaneTest, SendsAnyNumberOfBatchesThatCompleteAtOnceWithoutRecursion) {
  SendingConfig config = OneAtATime();
  config.sending_queue.queue_size = 100000;
  LaneHarness<ScriptedTransport> lane(config);
  lane.transport->Answer(kDown);
  for (int i = 0; i < 50000; ++i) {
    lane.Hand(1);
  }

  lane.timers.Advance(seconds(5));

  EXPECT_EQ(lane.account().sent(), 50000U);
}

TEST(LaneTest, HoldsBackThePipelinesWhenItIsFull) {
  LaneHarness<GateTransport> lane(QueueOf(2));

  lane.Hand(1);
  EXPECT_TRUE(lane.lane->HasRoom());
  lane.Hand(1);

  EXPECT_FALSE(lane.lane->HasRoom());
}

TEST(LaneTest, TakesWhatComesAllTheSameWhenItIsFull) {
  LaneHarness<GateTransport> lane(QueueOf(1));

  lane.Hand(1);
  lane.Hand(1);

  EXPECT_EQ(lane.held(), 2U);
}

TEST(LaneTest, CallsTheRoomListenersWhenItHasRoomAgain) {
  LaneHarness<GateTransport> lane(QueueOf(2), /*start=*/false);
  std::vector<bool> seen;
  lane.lane->AddRoomListener([&] { seen.push_back(lane.lane->HasRoom()); });
  ASSERT_THAT(lane.lane->Start(), IsOk());
  lane.Hand(1);
  lane.Hand(1);
  lane.Hand(1);

  lane.transport->Answer(absl::OkStatus());
  EXPECT_TRUE(seen.empty());
  lane.transport->Answer(absl::OkStatus());
  EXPECT_EQ(seen, std::vector<bool>{true});
  lane.transport->Answer(absl::OkStatus());

  EXPECT_EQ(seen, std::vector<bool>{true});
}

SpanSpec SpanOf(uint64_t bytes) {
  SpanSpec span;
  span.name = std::string(bytes, 'x');
  return span;
}

TEST(LaneTest, IsCrowdedWhileMoreThan4MiBWaitForASlot) {
  SendingConfig config = OneAtATime();
  LaneHarness<GateTransport> lane(config, /*start=*/false);
  std::vector<bool> seen;
  lane.lane->AddRoomListener([&] { seen.push_back(lane.lane->IsCrowded()); });
  ASSERT_THAT(lane.lane->Start(), IsOk());
  const auto hand = [&](uint64_t bytes) {
    TraceBatch batch = MakeBatch({SpanOf(bytes)}, lane.observer);
    lane.account().Handed(batch);
    lane.lane->Consume(std::move(batch), lane.account());
  };

  hand(kCrowdedBytes + 1);  // has the slot
  hand(kCrowdedBytes - 1000);
  EXPECT_FALSE(lane.lane->IsCrowded());
  hand(2000);
  EXPECT_TRUE(lane.lane->IsCrowded());
  EXPECT_TRUE(lane.lane->HasRoom());
  EXPECT_TRUE(seen.empty());

  lane.transport->Answer(absl::OkStatus());

  EXPECT_FALSE(lane.lane->IsCrowded());
  EXPECT_EQ(seen, std::vector<bool>{false});
}

TEST(LaneTest, MayBeHandedMoreByARoomListener) {
  LaneHarness<GateTransport> lane(QueueOf(1), /*start=*/false);
  lane.lane->AddRoomListener([&] { lane.Hand(7); });
  ASSERT_THAT(lane.lane->Start(), IsOk());
  lane.Hand(1);

  lane.transport->Answer(absl::OkStatus());

  EXPECT_EQ(lane.transport->Answer(kBad), 7U);
}

TEST(LaneTest, DropsTheNewestWhenItIsFullAndMayNotBlock) {
  LaneHarness<GateTransport> lane(QueueOf(2, /*block_on_overflow=*/false));
  lane.Hand(1);
  lane.Hand(1);

  lane.Hand(5);

  EXPECT_TRUE(lane.lane->HasRoom());
  EXPECT_EQ(lane.held(), 2U);
  EXPECT_EQ(lane.dropped(DropReason::kQueueFull), 5U);
  EXPECT_TRUE(lane.Balances());
}

TEST(LaneTest, MeasuresTheQueueInSpans) {
  SendingConfig config = QueueOf(10, /*block_on_overflow=*/false);
  config.sending_queue.sizer = QueueConfig::Sizer::kItems;
  LaneHarness<GateTransport> lane(config);

  lane.Hand(8);
  lane.Hand(3);
  lane.Hand(2);

  EXPECT_EQ(lane.held(), 10U);
  EXPECT_EQ(lane.dropped(DropReason::kQueueFull), 3U);
}

TEST(LaneTest, MeasuresTheQueueInBytesOfSpans) {
  RecordingObserver observer;
  const auto bytes = static_cast<int64_t>(MakeBatch(NumberedSpans(4), observer).span_bytes());
  observer.spans_lost = 0;
  SendingConfig config = QueueOf(2 * bytes, /*block_on_overflow=*/false);
  config.sending_queue.sizer = QueueConfig::Sizer::kBytes;
  LaneHarness<GateTransport> lane(config);

  lane.Hand(4);
  lane.Hand(4);
  lane.Hand(1);

  EXPECT_EQ(lane.held(), 8U);
  EXPECT_EQ(lane.dropped(DropReason::kQueueFull), 1U);
}

// A dead backend behind a lane that does not block may not fill the memory of the others.
TEST(LaneTest, DropsWhatIsMoreThanAQuarterOfTheBudgetWhenItMayNotBlock) {
  LaneHarness<GateTransport> lane(QueueOf(1000, /*block_on_overflow=*/false));
  const auto hand = [&](uint64_t bytes) {
    TraceBatch batch = MakeBatch({SpanOf(bytes)}, lane.observer);
    lane.account().Handed(batch);
    lane.lane->Consume(std::move(batch), lane.account());
  };
  hand(kBudget / 8);
  hand(kBudget / 8);
  EXPECT_EQ(lane.dropped(DropReason::kQueueFull), 1U);

  hand(1000);

  EXPECT_EQ(lane.held(), 2U);
  EXPECT_EQ(lane.dropped(DropReason::kQueueFull), 1U);
}

TEST(LaneTest, TakesABatchLargerThanTheQueueWhenItHoldsNothing) {
  SendingConfig config = QueueOf(10, /*block_on_overflow=*/false);
  config.sending_queue.sizer = QueueConfig::Sizer::kItems;
  LaneHarness<GateTransport> lane(config);

  lane.Hand(50);

  EXPECT_EQ(lane.held(), 50U);
}

TEST(LaneTest, HoldsOneBatchAndBlocksWithoutASendingQueue) {
  SendingConfig config = PlainConfig();
  config.sending_queue.enabled = false;
  config.sending_queue.block_on_overflow = false;
  LaneHarness<GateTransport> lane(config);

  lane.Hand(700);
  EXPECT_FALSE(lane.lane->HasRoom());
  lane.Hand(1);  // overshoots, as a pipeline that did not ask may
  EXPECT_EQ(lane.transport->open(), 1U);
  lane.transport->Answer(kDown);
  lane.timers.Advance(seconds(5));
  lane.transport->Answer(absl::OkStatus());
  lane.transport->Answer(absl::OkStatus());

  EXPECT_TRUE(lane.lane->HasRoom());
  EXPECT_EQ(lane.account().sent(), 701U);
}

TEST(LaneTest, CountsWhatItHoldsForEachAccount) {
  LaneHarness<GateTransport> lane;
  LaneAccount other(1, "traces/other", "otlp", lane.telemetry);
  lane.Hand(3);
  TraceBatch batch = MakeBatch(NumberedSpans(4), lane.observer, 2);
  lane.account().Handed(batch);
  lane.account().Dropped(batch, DropReason::kInternal);

  lane.lane->Consume(batch, other);
  EXPECT_EQ(lane.held(), 3U);
  EXPECT_EQ(lane.lane->HeldSpans(other), 4U);
  lane.transport->Answer(absl::OkStatus());

  EXPECT_EQ(lane.held(), 0U);
  EXPECT_EQ(lane.lane->HeldSpans(other), 4U);
}

TEST(LaneTest, DropsWhatComesBeforeStart) {
  LaneHarness<ScriptedTransport> lane(PlainConfig(), /*start=*/false);

  lane.Hand(3);

  EXPECT_EQ(lane.dropped(DropReason::kShutdown), 3U);
  EXPECT_TRUE(lane.transport->sent.empty());
}

TEST(LaneTest, PassesOnWhyItsTransportCannotStart) {
  LaneHarness<ScriptedTransport> lane(PlainConfig(), /*start=*/false);
  lane.transport->start_status = absl::InvalidArgumentError("no such file: ca.pem");

  EXPECT_THAT(lane.lane->Start(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("ca.pem")));
  lane.Hand(3);

  EXPECT_EQ(lane.dropped(DropReason::kShutdown), 3U);
}

TEST(LaneTest, ExportsWhatItHoldsAndDoesAsMetrics) {
  LaneHarness<GateTransport> lane(QueueOf(2, /*block_on_overflow=*/false));
  const MetricLabels labels = {{"exporter", "otlp"}, {"data_type", "traces"}};
  const MetricLabels exporter = {{"exporter", "otlp"}};
  const auto gauge = [&](const std::string& name, const MetricLabels& l) {
    return lane.telemetry.AddGauge(name, "", l).level();
  };
  const auto counter = [&](const std::string& name) {
    return lane.telemetry.AddCounter(name, "", exporter).count();
  };
  lane.Hand(1);
  lane.Hand(1);
  lane.Hand(3);

  EXPECT_EQ(gauge("otelcol_exporter_queue_capacity", labels), 2);
  EXPECT_EQ(gauge("otelcol_exporter_queue_size", labels), 2);
  EXPECT_GT(gauge("spanhold_exporter_queue_bytes", exporter), 0);
  EXPECT_EQ(gauge("otelcol_exporter_in_flight_requests", labels), 2);
  EXPECT_EQ(counter("otelcol_exporter_enqueue_failed_spans"), 3U);
  lane.clock.Advance(milliseconds(3));
  lane.transport->Answer(kDown);
  EXPECT_EQ(gauge("otelcol_exporter_in_flight_requests", labels), 1);
  EXPECT_EQ(counter("spanhold_exporter_retries"), 0U);
  lane.timers.Advance(seconds(5));
  EXPECT_EQ(counter("spanhold_exporter_retries"), 1U);
  lane.transport->Answer(absl::OkStatus());  // to the second batch
  lane.transport->Answer(absl::OkStatus());  // to the first, sent again just now

  EXPECT_EQ(gauge("otelcol_exporter_queue_size", labels), 0);
  EXPECT_EQ(gauge("spanhold_exporter_queue_bytes", exporter), 0);
  const Histogram& durations =
      lane.telemetry.AddHistogram("spanhold_exporter_request_duration_seconds", "", exporter, {});
  EXPECT_NEAR(durations.Sum(), 0.003 + 5.003 + 0, 1e-9);
}

TEST(LaneTest, SaysThatTheBackendFailsAndOnceThatItDeliversAgain) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->Answer(kDown, 2);
  CapturedLog log;

  lane.Hand(3);
  lane.timers.Advance(seconds(5));
  lane.timers.Advance(milliseconds(7500));
  lane.Hand(1);
  const std::string lines = log.Take();

  EXPECT_THAT(lines, HasSubstr("otlp: the backend does not take spans; trying again "
                               "error=\"connection refused\" spans_waiting=3 failing_for=0\n"));
  EXPECT_THAT(lines, HasSubstr("otlp: delivering again after=12.5s\n"));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2) << lines;
}

TEST(LaneTest, SaysForHowLongTheBackendHasFailed) {
  LaneHarness<ScriptedTransport> lane;
  lane.transport->Answer(kDown, 4);
  CapturedLog log;

  lane.Hand(3);
  lane.timers.Advance(seconds(5));
  lane.timers.Advance(milliseconds(7500));
  lane.timers.Advance(seconds(60));

  EXPECT_THAT(log.Take(), HasSubstr("failing_for=1m12.5s repeated=2\n"));
}

TEST(LaneTest, SaysWhatItDropsAndWhatIsRefused) {
  SendingConfig config = QueueOf(1, /*block_on_overflow=*/false);
  config.retry_on_failure.enabled = false;
  LaneHarness<GateTransport> lane(config);
  CapturedLog log;

  lane.Hand(1);
  lane.Hand(2);
  lane.transport->Answer(kBad);
  lane.Hand(3);
  lane.transport->Answer(kDown);
  lane.Hand(4);
  lane.transport->Answer({absl::OkStatus(), 1, "too old"});
  lane.Hand(5);
  lane.transport->Answer({absl::OkStatus(), 0, "use the other port"});
  const std::string lines = log.Take();

  EXPECT_THAT(lines, HasSubstr("the sending queue is full"));
  EXPECT_THAT(lines, HasSubstr("the backend refused spans for good error=\"no such tenant\" "
                               "spans=1\n"));
  EXPECT_THAT(lines, HasSubstr("no attempt is left; see retry_on_failure error=\"connection "
                               "refused\" spans=3"));
  EXPECT_THAT(lines, HasSubstr("threw away spans of a batch it took spans=1 message=\"too old\""));
  EXPECT_THAT(lines, Not(HasSubstr("use the other port")));  // within the same minute
}

}  // namespace
}  // namespace spanhold::sending
