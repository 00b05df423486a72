#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "src/exporter/sending/lane.h"
#include "src/pipeline/fan_out.h"
#include "tests/exporter/sending/lane_harness.h"
#include "tests/support/captured_log.h"
#include "tests/support/gate_transport.h"
#include "tests/support/scripted_transport.h"

namespace spanhold::sending {
namespace {

SendingConfig SmallQueue(bool block_on_overflow) {
  SendingConfig config = PlainConfig();
  config.sending_queue.queue_size = 5;
  config.sending_queue.block_on_overflow = block_on_overflow;
  return config;
}

// A pipeline with two lanes: behind the first a backend that never answers, behind the second one
// that takes everything at once.
class TwoLanes {
 public:
  explicit TwoLanes(bool dead_one_blocks)
      : dead_("dead", SmallQueue(dead_one_blocks), std::make_unique<GateTransport>(), timers_,
              clock_, random_, budget_, telemetry_),
        healthy_("healthy", SmallQueue(true), std::make_unique<ScriptedTransport>(), timers_,
                 clock_, random_, budget_, telemetry_) {
    EXPECT_TRUE(dead_.Start().ok());
    EXPECT_TRUE(healthy_.Start().ok());
  }
  ~TwoLanes() {
    EXPECT_TRUE(dead_.Shutdown(clock_.Now()).ok());
    EXPECT_TRUE(healthy_.Shutdown(clock_.Now()).ok());
    EXPECT_EQ(observer_.spans_lost, 0U);
  }
  TwoLanes(const TwoLanes&) = delete;
  TwoLanes& operator=(const TwoLanes&) = delete;

  // As a worker does: nothing while a lane that blocks is full. How many batches went in.
  int Hand(int batches) {
    int handed = 0;
    while (handed < batches && fan_out_.HasRoom()) {
      fan_out_.Consume(MakeBatch({SpanSpec()}, observer_, 2));
      ++handed;
    }
    return handed;
  }

  const LaneAccount& dead() { return ledger_.lane(0); }
  const LaneAccount& healthy() { return ledger_.lane(1); }
  uint64_t held_by_dead() { return dead_.HeldSpans(ledger_.lane(0)); }

 private:
  ManualClock clock_;
  ManualTimers timers_{clock_};
  Random random_{1};
  const MemoryBudget budget_{kBudget};
  Telemetry telemetry_;
  RecordingObserver observer_;
  Ledger ledger_{telemetry_, clock_};
  PipelineAccount& account_ = ledger_.AddPipeline("traces", {"dead", "healthy"});
  Lane dead_;
  Lane healthy_;
  FanOut fan_out_{account_, {{&dead_, &ledger_.lane(0)}, {&healthy_, &ledger_.lane(1)}}};
};

TEST(LanesSideBySideTest, OneThatDropsNeverHoldsBackAnother) {
  const CapturedLog quiet;
  TwoLanes lanes(/*dead_one_blocks=*/false);

  EXPECT_EQ(lanes.Hand(100), 100);

  EXPECT_EQ(lanes.healthy().sent(), 100U);
  EXPECT_EQ(lanes.held_by_dead(), 5U);
  EXPECT_EQ(lanes.dead().dropped(DropReason::kQueueFull), 95U);
}

TEST(LanesSideBySideTest, OneThatBlocksHoldsBackItsPipeline) {
  const CapturedLog quiet;
  TwoLanes lanes(/*dead_one_blocks=*/true);

  EXPECT_EQ(lanes.Hand(100), 5);

  EXPECT_EQ(lanes.healthy().sent(), 5U);
  EXPECT_EQ(lanes.dead().dropped(), 0U);
}

}  // namespace
}  // namespace spanhold::sending
