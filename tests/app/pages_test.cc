#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/app/metrics_page.h"
#include "src/app/process_metrics.h"
#include "src/app/status_page.h"
#include "src/app/table.h"
#include "tests/support/fake_file_system.h"
#include "tests/support/make_batch.h"
#include "tests/support/manual_timers.h"

namespace spanhold::app {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

TEST(TableTest, AlignsColumns) {
  EXPECT_EQ(FormatTable({{"NAME", "count"}, {"a", "12345678"}, {"longer", "1"}}),
            "NAME       count\n"
            "a       12345678\n"
            "longer         1\n");
}

TEST(TableTest, RowsMayBeShorter) {
  EXPECT_EQ(FormatTable({{"a", "b"}, {"c"}}), "a  b\nc\n");
}

TEST(MetricsPageTest, WritesCountersAndGaugesAsPrometheusText) {
  Telemetry telemetry;
  telemetry.AddCounter("otelcol_receiver_accepted_spans", "Spans.", {{"receiver", "otlp"}}).Add(7);
  telemetry.AddGauge("spanhold_level", "Level.", {}).Add(-2);
  telemetry.AddCallback(Telemetry::Kind::kGauge, "spanhold_read", "Read.", {}, [] { return 1.5; });

  const std::string page = MetricsPage(telemetry);

  EXPECT_THAT(page, HasSubstr("# TYPE otelcol_receiver_accepted_spans counter\n"
                              "otelcol_receiver_accepted_spans{receiver=\"otlp\"} 7\n"));
  EXPECT_THAT(page, HasSubstr("spanhold_level -2\n"));
  EXPECT_THAT(page, HasSubstr("spanhold_read 1.5\n"));
}

TEST(MetricsPageTest, SaysEachFamilyOnceAndItsSeriesBelow) {
  Telemetry telemetry;
  telemetry.AddCounter("spanhold_things", "Things.", {{"a", "1"}, {"b", "2"}}).Add(1);
  telemetry.AddCounter("spanhold_things", "Things.", {{"a", "3"}, {"b", "4"}}).Add(20'000'000);

  EXPECT_EQ(MetricsPage(telemetry),
            "# HELP spanhold_things Things.\n"
            "# TYPE spanhold_things counter\n"
            "spanhold_things{a=\"1\",b=\"2\"} 1\n"
            "spanhold_things{a=\"3\",b=\"4\"} 20000000\n");
}

TEST(MetricsPageTest, EscapesLabelsAndHelp) {
  Telemetry telemetry;
  telemetry.AddGauge("spanhold_level", "a \"b\" \\ c\nd", {{"id", "a \"b\" \\ c\nd"}}).Add(1);

  EXPECT_EQ(MetricsPage(telemetry),
            "# HELP spanhold_level a \"b\" \\\\ c\\nd\n"
            "# TYPE spanhold_level gauge\n"
            "spanhold_level{id=\"a \\\"b\\\" \\\\ c\\nd\"} 1\n");
}

TEST(MetricsPageTest, HistogramBucketsAreCumulative) {
  Telemetry telemetry;
  Histogram& histogram = telemetry.AddHistogram("spanhold_size", "Size.", {}, {1, 10});
  histogram.Observe(0.5);
  histogram.Observe(5);
  histogram.Observe(50);

  const std::string page = MetricsPage(telemetry);

  EXPECT_THAT(page, HasSubstr("spanhold_size_bucket{le=\"1\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("spanhold_size_bucket{le=\"10\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("spanhold_size_bucket{le=\"+Inf\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("spanhold_size_sum 55.5\n"));
  EXPECT_THAT(page, HasSubstr("spanhold_size_count 3\n"));
}

TEST(ProcessMetricsTest, TellsResidentMemoryAndHeldBytes) {
  Telemetry telemetry;
  MemoryBudget budget(1000);
  const ManualClock clock;
  const Reservation held = budget.Reserve(123);
  AddProcessMetrics(telemetry, budget, clock);

  const std::string page = MetricsPage(telemetry);

  EXPECT_GT(ResidentBytes(), 100000U);
  EXPECT_THAT(page, HasSubstr("spanhold_memory_held_bytes 123\n"));
  EXPECT_THAT(page, HasSubstr("spanhold_memory_limit_bytes 1000\n"));
}

class StatusPageTest : public testing::Test {
 protected:
  std::string Page() const {
    return StatusPage(ledger_, budget_, {}, true, std::chrono::seconds(3723));
  }

  ManualClock clock_;
  Telemetry telemetry_;
  MemoryBudget budget_{1 << 20};
  Ledger ledger_{telemetry_, clock_};
};

TEST_F(StatusPageTest, SaysHowLongAndWhetherReady) {
  EXPECT_THAT(Page(), HasSubstr("up 1h02m03s, ready\n"));
  EXPECT_THAT(StatusPage(ledger_, budget_, {}, false, {}), HasSubstr("not ready"));
}

TEST_F(StatusPageTest, ShowsWhatIsOnDisk) {
  FakeFileSystem files;
  ManualTimers timers(clock_);
  Random random(1);
  config::JournalConfig config;
  config.max_size = UINT64_MAX;
  const journal::Journal log(config, {files, clock_, random, timers, budget_, telemetry_, ledger_},
                             {"storage of otlp", "spanhold_storage", {{"exporter", "otlp"}}, ""});

  const std::string page = StatusPage(
      ledger_, budget_, {{log, true, "waits", "waits", "3 of 10 of its queue"}}, true, {});

  EXPECT_THAT(page,
              HasSubstr("\nstorage of otlp: 0.0 MiB on disk, 0.0 MiB to be read back, 3 of 10 "
                        "of its queue\n"
                        "storage of otlp: recorded 0 + of earlier runs 0 = handed on 0 + on "
                        "disk only 0 + lost 0 + withdrawn 0, difference 0\n"));
}

TEST_F(StatusPageTest, BalancesEachRow) {
  ledger_.AddReceiver("otlp", "grpc").Accepted(10);
  PipelineAccount& pipeline = ledger_.AddPipeline("traces", {"jaeger"});
  LaneAccount& lane = ledger_.lane(0);
  otlp::TraceBatch batch = MakeBatch(NumberedSpans(10), ledger_);
  pipeline.Accepted(10);
  const otlp::TraceBatch sampled_out = batch.TakeFront(2);
  for (const otlp::BatchPart& part : sampled_out.parts()) {
    pipeline.SampledOut(part);
  }
  pipeline.HandedToLanes(8);
  lane.Handed(batch);
  lane.Sent(batch.TakeFront(5));
  lane.Dropped(batch.TakeFront(2), DropReason::kQueueFull);
  lane.SetHeldReader([] { return 1; });

  const std::string page = Page();

  EXPECT_THAT(page, ContainsRegex("otlp \\(grpc\\) +10 +0 +1 +0 +0 +0\n"));
  EXPECT_THAT(page, ContainsRegex("\ntraces +10 +2 +0 +8 +0 +0\n"));
  EXPECT_THAT(page, ContainsRegex("traces > jaeger +8 +5 +0 +2 +1 +0\n"));
  EXPECT_THAT(page, HasSubstr("traces > jaeger dropped: queue_full 2\n"));
  lane.Sent(batch);
}

TEST_F(StatusPageTest, ShowsADifferenceWhenTheBooksDoNotBalance) {
  PipelineAccount& pipeline = ledger_.AddPipeline("traces", {"jaeger"});
  pipeline.Accepted(10);
  pipeline.HandedToLanes(7);

  EXPECT_THAT(Page(), ContainsRegex("\ntraces +10 +0 +0 +7 +0 +3\n"));
  EXPECT_THAT(Page(), Not(HasSubstr("dropped:")));
}

}  // namespace
}  // namespace spanhold::app
