#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/exporter/sending/lane.h"
#include "tests/exporter/sending/lane_harness.h"
#include "tests/support/captured_log.h"
#include "tests/support/gate_transport.h"
#include "tests/support/status_is.h"

namespace spanhold::sending {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

const SendResult kTooLarge = {absl::ResourceExhaustedError("larger than max"), 0, "", true};
const Status kDown = absl::UnavailableError("connection refused");

// Takes batches up to a size, and says of others that they are too large.
class SmallTransport final : public Transport {
 public:
  Status Start() override { return {}; }
  void Send(const otlp::TraceBatch& batch, Deadline /*deadline*/, Done done) override {
    sent.push_back(batch.span_count());
    const bool too_large = batch.span_count() > largest || batch.span_bytes() > largest_bytes;
    done(too_large ? kTooLarge : SendResult());
  }
  Status Shutdown() override { return {}; }

  uint32_t largest = 3;  // spans
  uint64_t largest_bytes = 1 << 20;
  std::vector<uint32_t> sent;
};

SendingConfig OneAtATime() {
  SendingConfig config = PlainConfig();
  config.sending_queue.num_consumers = 1;
  return config;
}

TEST(LaneSplitTest, SendsInHalvesWhatIsTooLarge) {
  LaneHarness<SmallTransport> lane(OneAtATime());

  lane.Hand(10);

  EXPECT_THAT(lane.transport->sent, ElementsAre(10, 5, 2, 3, 5, 2, 3));
  EXPECT_EQ(lane.account().sent(), 10U);
  EXPECT_EQ(lane.observer.lanes_settled, 1U);
  EXPECT_TRUE(lane.Balances());
}

TEST(LaneSplitTest, SendsNoHalvesWhenTheWholeIsTaken) {
  LaneHarness<SmallTransport> lane(OneAtATime());

  lane.Hand(3);

  EXPECT_THAT(lane.transport->sent, ElementsAre(3));
}

TEST(LaneSplitTest, RejectsASingleSpanAndSendsTheOthers) {
  LaneHarness<SmallTransport> lane(OneAtATime());
  TraceBatch batch = MakeBatch(NumberedSpans(4), lane.observer);
  SpanSpec huge;
  huge.name = std::string(1000, 'x');
  batch.Append(MakeBatch({huge}, lane.observer));
  lane.transport->largest_bytes = 900;
  lane.transport->largest = 100;
  lane.account().Handed(batch);
  CapturedLog log;

  lane.lane->Consume(std::move(batch), lane.account());

  EXPECT_EQ(lane.account().sent(), 4U);
  EXPECT_EQ(lane.account().rejected(), 1U);
  EXPECT_TRUE(lane.Balances());
  EXPECT_THAT(log.Take(), HasSubstr("refused spans for good error=\"larger than max\" spans=1\n"));
}

TEST(LaneSplitTest, RejectsEachSpanOfABackendThatTakesNone) {
  LaneHarness<SmallTransport> lane;
  lane.transport->largest = 0;

  lane.Hand(8);

  EXPECT_EQ(lane.transport->sent.size(), 15U);
  EXPECT_EQ(lane.account().rejected(), 8U);
  EXPECT_EQ(lane.held(), 0U);
}

TEST(LaneSplitTest, SendsTheHalvesBeforeWhatIsQueued) {
  LaneHarness<GateTransport> lane(OneAtATime());
  lane.Hand(8);
  lane.Hand(1);

  EXPECT_EQ(lane.transport->Answer(kTooLarge), 8U);
  EXPECT_EQ(lane.held(), 9U);
  EXPECT_EQ(lane.transport->Answer(absl::OkStatus()), 4U);
  EXPECT_EQ(lane.transport->Answer(absl::OkStatus()), 4U);
  EXPECT_EQ(lane.transport->Answer(absl::OkStatus()), 1U);
}

TEST(LaneSplitTest, SendsBothHalvesAtOnceWhenThereIsASlot) {
  LaneHarness<GateTransport> lane;
  lane.Hand(8);

  lane.transport->Answer(kTooLarge);

  EXPECT_EQ(lane.transport->open(), 2U);
}

TEST(LaneSplitTest, TriesEachHalfAgainByItself) {
  LaneHarness<GateTransport> lane;
  lane.Hand(8);
  lane.transport->Answer(kTooLarge);

  lane.transport->Answer(absl::OkStatus());
  lane.transport->Answer(kDown);
  EXPECT_EQ(lane.held(), 4U);
  lane.timers.Advance(seconds(5));
  lane.transport->Answer(absl::OkStatus());

  EXPECT_EQ(lane.account().sent(), 8U);
}

TEST(LaneSplitTest, CountsTheTimeOfTheWholeForTheHalves) {
  SendingConfig config = OneAtATime();
  config.retry_on_failure.max_elapsed_time = seconds(30);
  LaneHarness<GateTransport> lane(config);
  lane.Hand(2);
  lane.clock.Advance(seconds(26));
  lane.transport->Answer(kTooLarge);

  lane.transport->Answer(kDown);  // the next attempt, of either half, could come at 31 s

  EXPECT_EQ(lane.dropped(DropReason::kRetriesExhausted), 2U);
}

TEST(LaneSplitTest, SplitsAlsoWithoutRetry) {
  SendingConfig config = PlainConfig();
  config.retry_on_failure.enabled = false;
  LaneHarness<SmallTransport> lane(config);

  lane.Hand(6);

  EXPECT_EQ(lane.account().sent(), 6U);
}

TEST(LaneSplitTest, CountsTheHalvesInTheQueue) {
  LaneHarness<GateTransport> lane(OneAtATime());
  const MetricLabels labels = {{"exporter", "otlp"}, {"data_type", "traces"}};
  Gauge& size = lane.telemetry.AddGauge("otelcol_exporter_queue_size", "", labels);
  Gauge& bytes =
      lane.telemetry.AddGauge("spanhold_exporter_queue_bytes", "", {{"exporter", "otlp"}});
  lane.Hand(8);
  const int64_t all = bytes.level();

  lane.transport->Answer(kTooLarge);

  EXPECT_EQ(size.level(), 2);
  EXPECT_EQ(bytes.level(), all);
}

TEST(LaneSplitTest, DropsTheHalvesThatAShutdownFinds) {
  LaneHarness<GateTransport> lane(OneAtATime());
  lane.Hand(8);
  lane.transport->Answer(kTooLarge);

  ASSERT_THAT(lane.lane->Shutdown(lane.clock.Now()), IsOk());

  EXPECT_EQ(lane.dropped(DropReason::kShutdown), 8U);
}

TEST(LaneSplitTest, SaysOnceAMinuteWhatToDo) {
  LaneHarness<SmallTransport> lane;
  CapturedLog log;

  lane.Hand(6);
  lane.Hand(6);
  const std::string lines = log.Take();

  EXPECT_THAT(lines, HasSubstr("the backend calls a batch too large; sending it in halves"));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1) << lines;
}

}  // namespace
}  // namespace spanhold::sending
