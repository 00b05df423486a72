#include "src/exporter/nop/nop_exporter.h"

#include <gtest/gtest.h>

#include "tests/support/make_batch.h"
#include "tests/support/manual_clock.h"

namespace spanhold::nop {
namespace {

class NopExporterTest : public testing::Test {
 protected:
  ManualClock clock_;
  Telemetry telemetry_;
  Ledger ledger_{telemetry_, clock_};
  LaneAccount& lane_ = (ledger_.AddPipeline("traces", {"nop"}), ledger_.lane(0));
  NopExporter exporter_;
};

TEST_F(NopExporterTest, SettlesWhatItTakesAsSent) {
  ASSERT_TRUE(exporter_.Start().ok());

  exporter_.Consume(MakeBatch(NumberedSpans(3), ledger_), lane_);

  EXPECT_EQ(lane_.sent(), 3U);
  EXPECT_EQ(lane_.dropped(DropReason::kInternal), 0U);
}

TEST_F(NopExporterTest, DropsAfterShutdown) {
  ASSERT_TRUE(exporter_.Start().ok());
  ASSERT_TRUE(exporter_.Shutdown(clock_.Now()).ok());

  exporter_.Consume(MakeBatch(NumberedSpans(3), ledger_), lane_);

  EXPECT_EQ(lane_.dropped(DropReason::kShutdown), 3U);
}

}  // namespace
}  // namespace spanhold::nop
