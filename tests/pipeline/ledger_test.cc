#include "src/pipeline/ledger.h"

#include <gtest/gtest.h>

#include "src/pipeline/fan_out.h"
#include "tests/support/fake_exporter.h"
#include "tests/support/make_batch.h"
#include "tests/support/manual_clock.h"

namespace spanhold {
namespace {

class LedgerTest : public testing::Test {
 protected:
  otlp::TraceBatch Batch(size_t spans) { return MakeBatch(NumberedSpans(spans), ledger_, 2); }

  ManualClock clock_;
  Telemetry telemetry_;
  Ledger ledger_{telemetry_, clock_};
  PipelineAccount& pipeline_ = ledger_.AddPipeline("traces", {"a", "b"});
  LaneAccount& a_ = ledger_.lane(0);
  LaneAccount& b_ = ledger_.lane(1);
};

TEST_F(LedgerTest, EachLaneSettlesOnItsOwn) {
  otlp::TraceBatch batch = Batch(5);
  const otlp::TraceBatch front = batch.TakeFront(2);

  a_.Sent(front);
  a_.Dropped(batch, DropReason::kQueueFull);
  b_.Rejected(front);
  b_.Sent(batch, 1);

  EXPECT_EQ(a_.sent(), 2U);
  EXPECT_EQ(a_.dropped(DropReason::kQueueFull), 3U);
  EXPECT_EQ(b_.sent(), 2U);
  EXPECT_EQ(b_.rejected(), 3U);
}

TEST_F(LedgerTest, SamplingOutEndsSpansInEveryLaneOfThePipeline) {
  otlp::TraceBatch batch = Batch(5);

  for (const otlp::BatchPart& part : batch.parts()) {
    pipeline_.SampledOut(part);
  }
  batch = {};

  EXPECT_EQ(pipeline_.sampled_out(), 5U);
  EXPECT_EQ(a_.dropped(DropReason::kInternal) + b_.dropped(DropReason::kInternal), 0U);
}

TEST_F(LedgerTest, SpansThatGoAwayWithoutAnOutcomeAreCounted) {
  otlp::TraceBatch batch = Batch(5);

  a_.Sent(batch.TakeFront(3));
  batch = {};

  EXPECT_EQ(a_.dropped(DropReason::kInternal), 2U);
  EXPECT_EQ(b_.dropped(DropReason::kInternal), 5U);
}

TEST_F(LedgerTest, LanesAreNumberedOverAllPipelines) {
  const PipelineAccount& second = ledger_.AddPipeline("traces/2", {"a"});

  EXPECT_EQ(pipeline_.lanes().first, 0U);
  EXPECT_EQ(pipeline_.lanes().last, 2U);
  EXPECT_EQ(second.lanes().first, 2U);
  EXPECT_EQ(ledger_.lane(2).pipeline(), "traces/2");
}

TEST_F(LedgerTest, FanOutHandsTheSameSpansToEveryLane) {
  FakeExporter first;
  FakeExporter second;
  FanOut fan_out(pipeline_, {{&first, &a_}, {&second, &b_}});

  fan_out.Consume(Batch(4));

  EXPECT_EQ(pipeline_.handed(), 4U);
  EXPECT_EQ(a_.handed(), 4U);
  EXPECT_EQ(b_.sent(), 4U);
  EXPECT_EQ(first.batches()[0].parts()[0].chunk, second.batches()[0].parts()[0].chunk);
}

TEST_F(LedgerTest, FanOutHandsALaneOnlyWhatItWants) {
  FakeExporter first;
  FakeExporter second;
  FanOut fan_out(pipeline_, {{&first, &a_}, {&second, &b_}});
  otlp::TraceBatch batch = Batch(4);
  batch.Append(otlp::TraceBatch::Whole(
      MakeChunk(NumberedSpans(3)),
      std::make_shared<otlp::Settlement>(2, 3, std::vector<otlp::LaneRange>{{1, 2}}, ledger_)));

  fan_out.Consume(std::move(batch));

  EXPECT_EQ(pipeline_.handed(), 7U);
  EXPECT_EQ(a_.handed(), 4U);
  EXPECT_EQ(b_.handed(), 7U);
  EXPECT_EQ(a_.sent() + b_.sent(), 11U);
}

TEST_F(LedgerTest, SamplingOutSettlesOnlyTheLanesThatWantTheSpans) {
  const otlp::TraceBatch batch = otlp::TraceBatch::Whole(
      MakeChunk(NumberedSpans(3)),
      std::make_shared<otlp::Settlement>(2, 3, std::vector<otlp::LaneRange>{{1, 2}}, ledger_));

  pipeline_.SampledOut(batch.parts()[0]);

  EXPECT_EQ(pipeline_.sampled_out(), 3U);
}

TEST_F(LedgerTest, WhatIsInTheJournalIsKeptAtShutdownAndNotDropped) {
  otlp::TraceBatch batch = Batch(2);
  batch.Append(otlp::TraceBatch::Whole(
      MakeChunk(NumberedSpans(3)), std::make_shared<otlp::Settlement>(
                                       2, 3, std::vector<otlp::LaneRange>{{0, 2}}, ledger_, true)));

  EXPECT_EQ(a_.Dropped(batch, DropReason::kShutdown), 3U);
  EXPECT_EQ(b_.Dropped(batch, DropReason::kQueueFull), 0U);

  EXPECT_EQ(a_.kept(), 3U);
  EXPECT_EQ(a_.dropped(DropReason::kShutdown), 2U);
  EXPECT_EQ(b_.dropped(DropReason::kQueueFull), 5U);
}

TEST_F(LedgerTest, APipelineKeepsWhatIsInTheJournal) {
  const otlp::TraceBatch batch = otlp::TraceBatch::Whole(
      MakeChunk(NumberedSpans(3)), std::make_shared<otlp::Settlement>(
                                       2, 3, std::vector<otlp::LaneRange>{{1, 2}}, ledger_, true));

  EXPECT_EQ(pipeline_.Dropped(batch, DropReason::kShutdown), 3U);

  EXPECT_EQ(pipeline_.kept(), 3U);
  EXPECT_EQ(pipeline_.dropped(), 0U);
}

TEST_F(LedgerTest, FanOutHasRoomWhenEveryLaneHas) {
  FakeExporter first;
  FakeExporter second;
  const FanOut fan_out(pipeline_, {{&first, &a_}, {&second, &b_}});

  EXPECT_TRUE(fan_out.HasRoom());
  second.SetRoom(false);

  EXPECT_FALSE(fan_out.HasRoom());
}

TEST_F(LedgerTest, FanOutIsCrowdedWhenALaneIs) {
  FakeExporter first;
  FakeExporter second;
  const FanOut fan_out(pipeline_, {{&first, &a_}, {&second, &b_}});

  EXPECT_FALSE(fan_out.IsCrowded());
  second.SetCrowded(true);

  EXPECT_TRUE(fan_out.IsCrowded());
}

TEST(TelemetryTest, EqualNamesAndLabelsAreOneSeries) {
  Telemetry telemetry;

  Counter& first = telemetry.AddCounter("spans", "help", {{"a", "1"}});
  Counter& same = telemetry.AddCounter("spans", "help", {{"a", "1"}});
  Counter& other = telemetry.AddCounter("spans", "help", {{"a", "2"}});

  EXPECT_EQ(&first, &same);
  EXPECT_NE(&first, &other);
}

TEST(TelemetryTest, AHistogramCountsIntoTheFirstBucketThatFits) {
  Histogram histogram({1, 10});

  for (const double value : {0.5, 1.0, 5.0, 100.0}) {
    histogram.Observe(value);
  }

  EXPECT_EQ(histogram.BucketCounts(), (std::vector<uint64_t>{2, 1, 1}));
  EXPECT_DOUBLE_EQ(histogram.Sum(), 106.5);
}

}  // namespace
}  // namespace spanhold
