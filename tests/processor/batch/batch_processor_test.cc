#include "src/processor/batch/batch_processor.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/make_batch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/manual_timers.h"
#include "tests/support/sink_consumer.h"

namespace spanhold::batch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A batch processor in front of a sink.
class Harness {
 public:
  explicit Harness(const Config& config = {})
      : processor_(config, "batch", sink_, timers, clock, telemetry) {
    EXPECT_TRUE(processor_.Start().ok());
  }

  void Consume(size_t spans) { processor_.Consume(MakeBatch(NumberedSpans(spans), observer_)); }
  void Shutdown() { EXPECT_TRUE(processor_.Shutdown(clock.Now()).ok()); }
  uint64_t held() const { return processor_.HeldSpans(); }

  // The sizes of the batches that left, in order.
  std::vector<uint32_t> Left() const {
    std::vector<uint32_t> sizes;
    for (const TraceBatch& batch : sink_.batches) {
      sizes.push_back(batch.span_count());
    }
    return sizes;
  }
  uint64_t Counted(const std::string& name, const MetricLabels& more = {}) {
    MetricLabels labels = {{"processor", "batch"}};
    labels.insert(labels.end(), more.begin(), more.end());
    return telemetry.AddCounter(name, "", labels).count();
  }

  ManualClock clock;
  ManualTimers timers{clock};
  Telemetry telemetry;

 private:
  RecordingObserver observer_;
  SinkConsumer sink_;
  BatchProcessor processor_;
};

using Sizes = std::vector<uint32_t>;

TEST(BatchProcessorTest, LeavesWhenItHoldsSendBatchSizeSpans) {
  Harness batch;

  batch.Consume(511);
  EXPECT_EQ(batch.Left(), Sizes());
  batch.Consume(1);

  EXPECT_EQ(batch.Left(), Sizes({512}));
}

TEST(BatchProcessorTest, TakesWholeRequestsUntilItIsFull) {
  Harness batch;

  for (int i = 0; i < 33; ++i) {
    batch.Consume(50);
  }

  EXPECT_EQ(batch.Left(), Sizes({550, 550, 550}));
}

TEST(BatchProcessorTest, SendsALargeRequestInOnePiece) {
  Harness batch;

  batch.Consume(100);
  batch.Consume(10000);

  EXPECT_EQ(batch.Left(), Sizes({10100}));
}

TEST(BatchProcessorTest, LeavesWhenTheTimeoutAfterItsFirstSpanHasPassed) {
  Harness batch;
  batch.timers.Advance(seconds(100));
  batch.Consume(1);
  batch.timers.Advance(seconds(3));
  batch.Consume(1);

  batch.timers.Advance(milliseconds(1999));
  EXPECT_EQ(batch.Left(), Sizes());
  batch.timers.Advance(milliseconds(1));

  EXPECT_EQ(batch.Left(), Sizes({2}));
}

TEST(BatchProcessorTest, CountsTheTimeoutAnewForEachBatch) {
  Harness batch;
  batch.Consume(512);
  batch.timers.Advance(seconds(3));
  batch.Consume(512);
  batch.Consume(7);

  batch.timers.Advance(milliseconds(4999));
  EXPECT_EQ(batch.Left(), Sizes({512, 512}));
  batch.timers.Advance(milliseconds(1));

  EXPECT_EQ(batch.Left(), Sizes({512, 512, 7}));
}

TEST(BatchProcessorTest, LeavesOnShutdown) {
  Harness batch;
  batch.Consume(3);

  batch.Shutdown();

  EXPECT_EQ(batch.Left(), Sizes({3}));
  EXPECT_FALSE(batch.timers.NextDue().has_value());
}

TEST(BatchProcessorTest, HandsOnAtOnceWhatComesAfterShutdown) {
  Harness batch;
  batch.Shutdown();

  batch.Consume(3);

  EXPECT_EQ(batch.Left(), Sizes({3}));
  EXPECT_FALSE(batch.timers.NextDue().has_value());
}

TEST(BatchProcessorTest, SendsNothingWhenThereIsNothing) {
  Harness batch;

  batch.Consume(0);
  batch.timers.Advance(seconds(60));
  batch.Shutdown();
  batch.Shutdown();

  EXPECT_EQ(batch.Left(), Sizes());
}

TEST(BatchProcessorTest, SplitsWhatIsLargerThanTheMaximum) {
  Config config;
  config.send_batch_size = 100;
  config.send_batch_max_size = 120;
  Harness batch(config);

  batch.Consume(350);
  EXPECT_EQ(batch.Left(), Sizes({120, 120, 110}));
  batch.Consume(130);
  EXPECT_EQ(batch.Left(), Sizes({120, 120, 110, 120}));
  EXPECT_EQ(batch.held(), 10U);
  batch.timers.Advance(seconds(5));

  EXPECT_EQ(batch.Left(), Sizes({120, 120, 110, 120, 10}));
}

TEST(BatchProcessorTest, SendsFullBatchesUnderASteadyStreamWithAMaximum) {
  Config config;
  config.send_batch_max_size = 512;
  Harness batch(config);

  for (int i = 0; i < 100; ++i) {
    batch.Consume(50);
    batch.timers.Advance(milliseconds(400));  // a batch takes 4 s to fill, and all of them 40 s
  }

  EXPECT_EQ(batch.Left(), Sizes(9, 512));
  EXPECT_EQ(batch.held(), 5000U - 9 * 512);
}

TEST(BatchProcessorTest, WaitsForNothingWithTimeoutZero) {
  Config config;
  config.timeout = Duration::zero();
  config.send_batch_max_size = 600;
  Harness batch(config);

  batch.Consume(3);
  batch.Consume(700);

  EXPECT_EQ(batch.Left(), Sizes({3, 600, 100}));
  EXPECT_FALSE(batch.timers.NextDue().has_value());
}

TEST(BatchProcessorTest, WaitsForNothingWithSizeZero) {
  Config config;
  config.send_batch_size = 0;
  Harness batch(config);

  batch.Consume(3);

  EXPECT_EQ(batch.Left(), Sizes({3}));
}

TEST(BatchProcessorTest, KeepsOneTimerHoweverManyBatchesLeave) {
  Harness batch;
  batch.Consume(1);
  const auto due = batch.timers.NextDue();
  batch.timers.Advance(seconds(2));

  for (int i = 0; i < 1000; ++i) {
    batch.Consume(50);
  }

  EXPECT_EQ(batch.timers.NextDue(), due);
}

TEST(BatchProcessorTest, CountsWhatItHolds) {
  Harness batch;

  batch.Consume(3);
  EXPECT_EQ(batch.held(), 3U);
  batch.Consume(509);

  EXPECT_EQ(batch.held(), 0U);
}

TEST(BatchProcessorTest, CountsBatchesByTriggerAndSize) {
  Harness batch;
  batch.Consume(512);
  batch.Consume(1);
  batch.timers.Advance(seconds(5));
  batch.Consume(2);
  batch.Shutdown();

  EXPECT_EQ(batch.Counted("spanhold_processor_batches_sent", {{"trigger", "size"}}), 1U);
  EXPECT_EQ(batch.Counted("spanhold_processor_batches_sent", {{"trigger", "timeout"}}), 1U);
  EXPECT_EQ(batch.Counted("spanhold_processor_batches_sent", {{"trigger", "shutdown"}}), 1U);
  EXPECT_EQ(batch.Counted("otelcol_processor_batch_batch_size_trigger_send"), 1U);
  EXPECT_EQ(batch.Counted("otelcol_processor_batch_timeout_trigger_send"), 2U);
  EXPECT_EQ(batch.Counted("otelcol_processor_incoming_items", {{"otel_signal", "traces"}}), 515U);
  EXPECT_EQ(batch.Counted("otelcol_processor_outgoing_items", {{"otel_signal", "traces"}}), 515U);
  const Histogram& sizes = batch.telemetry.AddHistogram("otelcol_processor_batch_batch_send_size",
                                                        "", {{"processor", "batch"}}, {});
  EXPECT_EQ(sizes.Sum(), 515);
}

}  // namespace
}  // namespace spanhold::batch
