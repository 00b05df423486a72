#include <algorithm>
#include <optional>
#include <vector>

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
const Status kLate = absl::DeadlineExceededError("no answer");
const Status kBad = absl::InvalidArgumentError("no such tenant");

// Waits of 5 s, always: what is tested when is then plain to see.
SendingConfig Config(int64_t consumers = 3) {
  SendingConfig config = PlainConfig();
  config.sending_queue.num_consumers = consumers;
  config.retry_on_failure.multiplier = 1;
  return config;
}

// A lane whose three slots have batches of 1, 2 and 3 spans that failed with `error` just now, and
// whose queue has one of 4.
class AwayLane : public LaneHarness<GateTransport> {
 public:
  explicit AwayLane(const SendingConfig& config = Config(), const Status& error = kDown)
      : LaneHarness(config) {
    for (size_t spans = 1; spans <= 4; ++spans) {
      Hand(spans);
    }
    for (int i = 0; i < 3; ++i) {
      transport->Answer(error);
    }
  }
};

TEST(LaneCircuitTest, TestsABackendThatIsAwayWithOneRequest) {
  AwayLane lane;

  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(lane.transport->open(), 0U);
    lane.timers.Advance(seconds(5));
    ASSERT_EQ(lane.transport->open(), 1U);
    lane.transport->Answer(kDown);
  }

  EXPECT_EQ(lane.held(), 10U);
}

TEST(LaneCircuitTest, SendsEverythingOnceTheTestSucceeds) {
  AwayLane lane;
  lane.timers.Advance(seconds(5));

  lane.transport->Answer(absl::OkStatus());

  EXPECT_EQ(lane.transport->open(), 3U);
  for (int i = 0; i < 3; ++i) {
    lane.transport->Answer(absl::OkStatus());
  }
  EXPECT_EQ(lane.account().sent(), 10U);
}

TEST(LaneCircuitTest, KeepsEverythingWhileTheBackendIsAwayForAnHour) {
  SendingConfig config = PlainConfig();
  config.sending_queue.num_consumers = 3;
  config.retry_on_failure.max_interval = seconds(30);
  AwayLane lane(config);

  int tests = 0;
  for (int second = 0; second < 3600; ++second) {
    lane.timers.Advance(seconds(1));
    if (lane.transport->open() > 0) {
      lane.transport->Answer(kDown);
      EXPECT_EQ(lane.transport->open(), 0U);
      ++tests;
    }
  }
  EXPECT_GT(tests, 100);
  EXPECT_LT(tests, 150);
  EXPECT_EQ(lane.held(), 10U);

  lane.timers.Advance(seconds(30));
  while (lane.transport->open() > 0) {
    lane.transport->Answer(absl::OkStatus());
  }
  EXPECT_EQ(lane.account().sent(), 10U);
}

TEST(LaneCircuitTest, TakesTimeoutsForABackendThatIsAway) {
  AwayLane lane(Config(), kLate);

  lane.timers.Advance(seconds(5));
  lane.timers.Advance(seconds(600));

  EXPECT_EQ(lane.transport->open(), 1U);
}

TEST(LaneCircuitTest, TakesARefusalForAnAnswer) {
  AwayLane lane;
  lane.timers.Advance(seconds(5));

  lane.transport->Answer(kBad);

  EXPECT_EQ(lane.transport->open(), 3U);
}

TEST(LaneCircuitTest, TestsWithAnotherBatchEachTime) {
  AwayLane lane;
  std::vector<uint32_t> tested;

  for (int i = 0; i < 6; ++i) {
    lane.timers.Advance(seconds(5));
    tested.push_back(lane.transport->Answer(kDown));
  }

  // So that one that always fails, however many others would be taken, does not stop them all.
  for (const uint32_t spans : {1U, 2U, 3U}) {
    EXPECT_EQ(std::count(tested.begin(), tested.end(), spans), 2) << spans;
  }
}

TEST(LaneCircuitTest, HoldsANewBatchForTheNextTest) {
  LaneHarness<GateTransport> lane(Config(/*consumers=*/20));
  for (int i = 0; i < 10; ++i) {
    lane.Hand(1);
  }
  for (int i = 0; i < 10; ++i) {
    lane.transport->Answer(kDown);
  }

  lane.Hand(7);

  EXPECT_EQ(lane.transport->open(), 0U);
  EXPECT_EQ(lane.held(), 17U);
  lane.timers.Advance(seconds(5));
  EXPECT_EQ(lane.transport->open(), 1U);
  lane.transport->Answer(absl::OkStatus());
  EXPECT_EQ(lane.transport->open(), 10U);
}

TEST(LaneCircuitTest, GoesOnWhenAnAttemptFromBeforeSucceeds) {
  LaneHarness<GateTransport> lane(Config(/*consumers=*/20));
  for (int i = 0; i < 11; ++i) {
    lane.Hand(1);
  }
  for (int i = 0; i < 10; ++i) {
    lane.transport->Answer(kDown);
  }

  lane.transport->Answer(absl::OkStatus());

  EXPECT_EQ(lane.transport->open(), 10U);
}

TEST(LaneCircuitTest, GivesUpABatchThatWaitsWhenItsTimeIsOver) {
  SendingConfig config = Config();
  config.retry_on_failure.max_elapsed_time = seconds(30);
  config.retry_on_failure.max_interval = seconds(30);
  AwayLane lane(config);

  for (int i = 0; i < 6; ++i) {
    lane.timers.Advance(seconds(5));
    lane.transport->Answer(kDown);
  }

  // At 30 s no test within their time is left to the three. The fourth has been waiting without an
  // attempt: its time has not begun.
  EXPECT_EQ(lane.dropped(DropReason::kRetriesExhausted), 6U);
  EXPECT_EQ(lane.held(), 4U);
  lane.timers.Advance(seconds(5));
  EXPECT_EQ(lane.transport->Answer(absl::OkStatus()), 4U);
}

TEST(LaneCircuitTest, HoldsTheWholeLaneForADelayThatTheBackendNames) {
  LaneHarness<GateTransport> lane(Config());
  lane.Hand(1);
  lane.transport->Answer(WithRetryAfter(kDown, seconds(2)));

  lane.Hand(2);
  lane.Hand(3);

  EXPECT_EQ(lane.transport->open(), 0U);
  lane.timers.Advance(milliseconds(1999));
  EXPECT_EQ(lane.transport->open(), 0U);
  lane.timers.Advance(milliseconds(1));
  EXPECT_EQ(lane.transport->open(), 1U);
  lane.transport->Answer(absl::OkStatus());
  EXPECT_EQ(lane.transport->open(), 1U);
}

TEST(LaneCircuitTest, KeepsToTheDelayThoughAnAttemptFromBeforeSucceeds) {
  LaneHarness<GateTransport> lane(Config());
  lane.Hand(1);
  lane.Hand(2);
  lane.transport->Answer(WithRetryAfter(kDown, seconds(2)));
  lane.transport->Answer(absl::OkStatus());

  lane.Hand(3);

  EXPECT_EQ(lane.transport->open(), 0U);
  lane.timers.Advance(seconds(2));
  EXPECT_EQ(lane.transport->Answer(absl::OkStatus()), 3U);
}

TEST(LaneCircuitTest, SendsEachBatchOnceWithoutRetry) {
  SendingConfig config = Config(/*consumers=*/1);
  config.retry_on_failure.enabled = false;
  LaneHarness<ScriptedTransport> lane(config);
  lane.transport->Answer(WithRetryAfter(kDown, seconds(60)), 20);

  for (int i = 0; i < 21; ++i) {
    lane.Hand(1);
  }

  EXPECT_EQ(lane.transport->sent.size(), 21U);
  EXPECT_EQ(lane.dropped(DropReason::kRetriesExhausted), 20U);
}

TEST(LaneCircuitTest, TestsWithOneRequestAlsoWhileDraining) {
  AwayLane lane;

  lane.lane->Drain(kFarDeadline);
  EXPECT_EQ(lane.transport->open(), 1U);
  lane.transport->Answer(kDown);
  EXPECT_EQ(lane.transport->open(), 0U);
  lane.timers.Advance(seconds(1));
  EXPECT_EQ(lane.transport->open(), 1U);
  for (int i = 0; i < 4; ++i) {
    lane.transport->Answer(absl::OkStatus());
  }

  EXPECT_EQ(lane.account().sent(), 10U);
}

TEST(LaneCircuitTest, DropsAllAtOnceWhenNoTestBeforeTheDeadlineIsLeft) {
  AwayLane lane;
  const Deadline deadline = lane.clock.Now() + milliseconds(999);

  lane.lane->Drain(deadline);
  ASSERT_EQ(lane.transport->open(), 1U);
  lane.transport->Answer(kDown);

  EXPECT_EQ(lane.dropped(DropReason::kShutdown), 10U);
  EXPECT_EQ(lane.transport->sent(), 4U);
}

TEST(LaneCircuitTest, DropsWhatWaitsAtTheDeadline) {
  AwayLane lane;

  lane.timers.Advance(seconds(5));
  ASSERT_THAT(lane.lane->Shutdown(lane.clock.Now()), IsOk());

  EXPECT_EQ(lane.dropped(DropReason::kShutdown), 10U);
}

TEST(LaneCircuitTest, SaysWhatIsWrongWithTheBackendAndSinceWhen) {
  AwayLane lane;
  lane.timers.Advance(seconds(5));

  const std::optional<Trouble> away = lane.lane->trouble();
  ASSERT_TRUE(away.has_value());
  EXPECT_EQ(away->age, seconds(5));
  EXPECT_EQ(away->what, "the backend does not take spans: connection refused");
  lane.transport->Answer(kBad);
  const std::optional<Trouble> refuses = lane.lane->trouble();
  ASSERT_TRUE(refuses.has_value());
  EXPECT_EQ(refuses->age, seconds(0));
  EXPECT_THAT(refuses->what, HasSubstr("counted as rejected: no such tenant"));
  lane.transport->Answer(absl::OkStatus());

  EXPECT_FALSE(lane.lane->trouble().has_value());
}

}  // namespace
}  // namespace spanhold::sending
