#include "src/exporter/sending/circuit.h"

#include <gtest/gtest.h>

namespace spanhold::sending {
namespace {

using std::chrono::seconds;
using Pass = Circuit::Pass;

constexpr TimePoint kStart{seconds(1000)};
const Status kDown = absl::UnavailableError("connection refused");

Status Throttled(Duration delay) {
  return WithRetryAfter(absl::UnavailableError("busy"), delay);
}

// One that three failures have opened at kStart, until 5 s later.
Circuit Opened() {
  Circuit circuit(3);
  for (int i = 0; i < 3; ++i) {
    circuit.Failed(circuit.Ask(kStart), kStart, seconds(5), kDown);
  }
  return circuit;
}

TEST(CircuitTest, StaysClosedWhileSomethingIsAnswered) {
  Circuit circuit(3);
  for (int i = 0; i < 10; ++i) {
    circuit.Failed(circuit.Ask(kStart), kStart, seconds(5), kDown);
    circuit.Failed(circuit.Ask(kStart), kStart, seconds(5), kDown);
    circuit.Answered(circuit.Ask(kStart), kStart);
  }

  EXPECT_EQ(circuit.Ask(kStart), Pass::kNormal);
}

TEST(CircuitTest, OpensAfterThatManyFailuresInARow) {
  const Circuit circuit = Opened();

  EXPECT_TRUE(circuit.is_open());
  EXPECT_TRUE(circuit.is_away());
  EXPECT_EQ(circuit.next_test(), kStart + seconds(5));
  EXPECT_EQ(circuit.last_failure(), kDown);
}

TEST(CircuitTest, LetsOneAttemptThroughWhenItIsTime) {
  Circuit circuit = Opened();

  EXPECT_EQ(circuit.Ask(kStart + seconds(4)), Pass::kNone);
  EXPECT_EQ(circuit.Ask(kStart + seconds(5)), Pass::kTest);
  EXPECT_EQ(circuit.Ask(kStart + seconds(500)), Pass::kNone);
}

TEST(CircuitTest, WaitsAgainAfterATestThatFailed) {
  Circuit circuit = Opened();
  const TimePoint later = kStart + seconds(5);

  circuit.Failed(circuit.Ask(later), later, seconds(7), kDown);

  EXPECT_EQ(circuit.Ask(later + seconds(6)), Pass::kNone);
  EXPECT_EQ(circuit.Ask(later + seconds(7)), Pass::kTest);
}

TEST(CircuitTest, ClosesWhenTheTestIsAnswered) {
  Circuit circuit = Opened();
  const TimePoint later = kStart + seconds(5);

  circuit.Answered(circuit.Ask(later), later);

  EXPECT_FALSE(circuit.is_away());
  EXPECT_EQ(circuit.Ask(later), Pass::kNormal);
}

TEST(CircuitTest, ClosesWhenAnAttemptFromBeforeIsAnswered) {
  Circuit circuit = Opened();

  circuit.Answered(Pass::kNormal, kStart + seconds(1));

  EXPECT_EQ(circuit.Ask(kStart + seconds(1)), Pass::kNormal);
}

TEST(CircuitTest, IsNotHeldLongerByFailuresFromBefore) {
  Circuit circuit = Opened();

  circuit.Failed(Pass::kNormal, kStart + seconds(4), seconds(5), kDown);

  EXPECT_EQ(circuit.Ask(kStart + seconds(5)), Pass::kTest);
}

TEST(CircuitTest, ATestThatFailsAfterItHasClosedDoesNotOpenIt) {
  Circuit circuit = Opened();
  const TimePoint later = kStart + seconds(5);
  const Pass test = circuit.Ask(later);
  circuit.Answered(Pass::kNormal, later);

  circuit.Failed(test, later, seconds(5), kDown);

  EXPECT_EQ(circuit.Ask(later), Pass::kNormal);
}

TEST(CircuitTest, HoldsEverythingForADelayThatTheBackendNames) {
  Circuit circuit(3);

  circuit.Failed(circuit.Ask(kStart), kStart, seconds(5), Throttled(seconds(2)));

  EXPECT_FALSE(circuit.is_away());
  EXPECT_EQ(circuit.Ask(kStart + seconds(1)), Pass::kNone);
  EXPECT_EQ(circuit.Ask(kStart + seconds(2)), Pass::kTest);
}

TEST(CircuitTest, KeepsToTheDelayThoughAnAttemptFromBeforeIsAnswered) {
  Circuit circuit(3);
  circuit.Failed(circuit.Ask(kStart), kStart, seconds(5), Throttled(seconds(2)));

  circuit.Answered(Pass::kNormal, kStart + seconds(1));

  EXPECT_EQ(circuit.Ask(kStart + seconds(1)), Pass::kNone);
  EXPECT_EQ(circuit.Ask(kStart + seconds(2)), Pass::kTest);
}

TEST(CircuitTest, KeepsToTheLongestDelay) {
  Circuit circuit(3);
  circuit.Failed(Pass::kNormal, kStart, seconds(9), Throttled(seconds(9)));
  circuit.Failed(Pass::kNormal, kStart, seconds(5), Throttled(seconds(2)));

  EXPECT_EQ(circuit.next_test(), kStart + seconds(9));
}

TEST(CircuitTest, TestsAtOnceWhenTold) {
  Circuit circuit(3);
  circuit.Failed(circuit.Ask(kStart), kStart, seconds(60), Throttled(seconds(60)));

  circuit.TestNow(kStart + seconds(1));

  EXPECT_EQ(circuit.Ask(kStart + seconds(1)), Pass::kTest);
  EXPECT_EQ(circuit.Ask(kStart + seconds(1)), Pass::kNone);
}

}  // namespace
}  // namespace spanhold::sending
