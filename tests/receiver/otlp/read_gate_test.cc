#include "src/receiver/otlp/read_gate.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"
#include "tests/support/status_is.h"

namespace spanhold::otlp_receiver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint64_t kMiB = uint64_t{1} << 20U;
constexpr uint64_t kUnread = 64 << 10U;

// A call that notes what the gate tells it.
class FakeCall final : public ReadGate::Call {
 public:
  FakeCall(std::string name, std::vector<std::string>& events)
      : name_(std::move(name)), events_(events) {}

  void Read() override { events_.push_back("read " + name_); }
  void Refuse(const Status& status) override {
    events_.push_back("refuse " + name_);
    refusal = status;
  }

  std::optional<uint64_t> Received() const override { return received; }

  Status refusal;
  std::optional<uint64_t> received = 0;

 private:
  const std::string name_;
  std::vector<std::string>& events_;
};

class ReadGateTest : public ::testing::Test {
 protected:
  explicit ReadGateTest(Duration look_interval = std::chrono::hours(1))
      : gate_(ReadGate::Limits{.largest_message = 16 * kMiB,
                               .unread_bytes = kUnread,
                               .look_interval = look_interval},
              budget_) {}

  // Room for three reads of strangers, in seven of eight parts.
  MemoryBudget budget_{64 * kMiB};
  ManualClock clock_;
  std::vector<std::string> events_;
  ReadGate gate_;
  FakeCall a_{"a", events_};
  FakeCall b_{"b", events_};
  FakeCall c_{"c", events_};
  FakeCall d_{"d", events_};
  FakeCall e_{"e", events_};

  void Enter(FakeCall& call, const std::string& connection) {
    gate_.Enter(call, connection, clock_.Now());
  }
  std::optional<Reservation> Finish(FakeCall& call, uint64_t size) {
    return gate_.Finish(call, size, clock_.Now());
  }
  void Tick(Duration after) {
    clock_.Advance(after);
    gate_.Tick(clock_.Now());
  }
  // Makes `connection` known for a message of `size`.
  void Introduce(const std::string& connection, uint64_t size = 1000) {
    FakeCall call("introduction", events_);
    Enter(call, connection);
    Finish(call, size);
    events_.clear();
  }
};

TEST_F(ReadGateTest, ReservesTheLargestMessageForAStranger) {
  Enter(a_, "1");

  EXPECT_THAT(events_, ElementsAre("read a"));
  EXPECT_EQ(budget_.used(), 16 * kMiB);
  EXPECT_TRUE(Finish(a_, 1000));
}

TEST_F(ReadGateTest, GivesBackWhatTheMessageDidNotNeed) {
  Enter(a_, "1");
  const std::optional<Reservation> reservation = Finish(a_, 1000);

  ASSERT_TRUE(reservation);
  EXPECT_EQ(reservation->size(), 1000U);
  EXPECT_EQ(budget_.used(), 1000U);
}

TEST_F(ReadGateTest, ReservesLittleForAConnectionKnownForSmallMessages) {
  Introduce("1", 1000);
  Enter(a_, "1");

  EXPECT_EQ(budget_.used(), kMiB);
  EXPECT_TRUE(Finish(a_, 0));
}

TEST_F(ReadGateTest, ReservesTwiceTheLargestMessageThatAConnectionHasSent) {
  Introduce("1", 3 * kMiB);
  Introduce("1", 1000);
  Enter(a_, "1");

  EXPECT_EQ(budget_.used(), 6 * kMiB);
  EXPECT_TRUE(Finish(a_, 0));
}

TEST_F(ReadGateTest, GrowsTheReservationOfAnUnexpectedlyLargeMessage) {
  Introduce("1", 1000);
  Enter(a_, "1");

  EXPECT_EQ(Finish(a_, 5 * kMiB)->size(), 5 * kMiB);
}

TEST_F(ReadGateTest, HasNoReservationForAnUnexpectedlyLargeMessageWithoutRoom) {
  Introduce("1", 1000);
  Enter(a_, "1");
  const Reservation others = budget_.Reserve(62 * kMiB);

  EXPECT_FALSE(Finish(a_, 5 * kMiB));
  EXPECT_EQ(budget_.used(), others.size());
}

TEST_F(ReadGateTest, RefusesAtOnceWhenTheQueuesHoldAllMemory) {
  const Reservation queued = budget_.Reserve(64 * kMiB - kUnread + 1);
  Enter(a_, "1");

  EXPECT_THAT(events_, ElementsAre("refuse a"));
  EXPECT_THAT(a_.refusal, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("memory")));
  EXPECT_EQ(budget_.used(), queued.size());
}

TEST_F(ReadGateTest, RefusesAtOnceWhenNoReadIsOpenThatCouldMakeRoom) {
  const Reservation queued = budget_.Reserve(41 * kMiB);
  Enter(a_, "1");

  EXPECT_THAT(events_, ElementsAre("refuse a"));
  EXPECT_EQ(budget_.used(), queued.size());
}

TEST_F(ReadGateTest, LetsAStrangerWaitWhileOthersAreRead) {
  Enter(a_, "1");
  Enter(b_, "2");
  Enter(c_, "3");
  Enter(d_, "4");

  EXPECT_THAT(events_, ElementsAre("read a", "read b", "read c"));
  EXPECT_EQ(budget_.used(), 48 * kMiB + kUnread);

  events_.clear();
  Finish(b_, 1000);
  EXPECT_THAT(events_, ElementsAre("read d"));

  Finish(a_, 0);
  Finish(c_, 0);
  Finish(d_, 0);
}

TEST_F(ReadGateTest, KeepsAnEighthOfTheBudgetForSmallReads) {
  Introduce("known");
  Enter(a_, "1");
  Enter(b_, "2");
  Enter(c_, "3");
  Enter(d_, "known");

  EXPECT_THAT(events_, ElementsAre("read a", "read b", "read c", "read d"));

  Finish(a_, 0);
  Finish(b_, 0);
  Finish(c_, 0);
  Finish(d_, 0);
}

TEST_F(ReadGateTest, ReadsTheOtherCallsOfAStrangerOnceItIsKnown) {
  FakeCall f("f", events_);
  Enter(a_, "1");
  Enter(b_, "2");
  Enter(c_, "3");
  Enter(d_, "1");
  Enter(e_, "1");
  Enter(f, "4");
  events_.clear();

  Finish(a_, 1000);

  EXPECT_THAT(events_, ElementsAre("read d", "read e", "read f"));
  for (FakeCall* call : {&b_, &c_, &d_, &e_, &f}) {
    Finish(*call, 0);
  }
}

TEST_F(ReadGateTest, ConnectionsTakeTurns) {
  // Both known for messages so large that only one fits at a time.
  Introduce("1", 8 * kMiB);
  Introduce("2", 8 * kMiB);
  const Reservation queued = budget_.Reserve(32 * kMiB);
  Enter(a_, "1");
  Enter(b_, "1");
  Enter(c_, "1");
  Enter(d_, "2");
  EXPECT_THAT(events_, ElementsAre("read a"));

  Finish(a_, 0);
  Finish(b_, 0);
  Finish(d_, 0);
  EXPECT_THAT(events_, ElementsAre("read a", "read b", "read d", "read c"));
  Finish(c_, 0);
}

TEST_F(ReadGateTest, AbandonedReadMakesRoom) {
  Enter(a_, "1");
  Enter(b_, "2");
  Enter(c_, "3");
  Enter(d_, "4");
  events_.clear();

  gate_.Abandon(a_, clock_.Now());

  EXPECT_THAT(events_, ElementsAre("read d"));
  Finish(b_, 0);
  Finish(c_, 0);
  Finish(d_, 0);
  EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(ReadGateTest, RefusesAReadThatTakesTooLong) {
  Enter(a_, "1");

  EXPECT_EQ(gate_.NextDue(), clock_.Now() + std::chrono::seconds(10));
  Tick(std::chrono::milliseconds(9999));
  EXPECT_THAT(events_, ElementsAre("read a"));
  Tick(std::chrono::milliseconds(1));

  EXPECT_THAT(events_, ElementsAre("read a", "refuse a"));
  EXPECT_THAT(a_.refusal, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("in time")));
  EXPECT_EQ(budget_.used(), 0U);
  EXPECT_EQ(gate_.NextDue(), std::nullopt);
}

TEST_F(ReadGateTest, HasLessPatienceWhileOthersWait) {
  Enter(a_, "1");
  Enter(b_, "2");
  Enter(c_, "3");
  Enter(d_, "4");
  events_.clear();

  EXPECT_EQ(gate_.NextDue(), clock_.Now() + std::chrono::seconds(1));
  Tick(std::chrono::seconds(1));

  // One place is enough for the one that waits.
  EXPECT_THAT(events_, ElementsAre("refuse a", "read d"));
  Finish(b_, 0);
  Finish(c_, 0);
  Finish(d_, 0);
}

TEST_F(ReadGateTest, DoesNotHurrySmallReadsBecauseStrangersWait) {
  Introduce("known");
  Enter(e_, "known");
  Tick(std::chrono::milliseconds(100));
  Enter(a_, "1");
  Enter(b_, "2");
  Enter(c_, "3");
  Enter(d_, "4");
  events_.clear();

  Tick(std::chrono::milliseconds(999));

  EXPECT_THAT(events_, IsEmpty());
  for (FakeCall* call : {&a_, &b_, &c_, &d_, &e_}) {
    Finish(*call, 0);
  }
}

TEST_F(ReadGateTest, RefusesACallThatHasWaitedTooLong) {
  ReadGate gate(ReadGate::Limits{.largest_message = 16 * kMiB,
                                 .unread_bytes = kUnread,
                                 .contended_read_timeout = std::chrono::hours(1),
                                 .look_interval = std::chrono::hours(1)},
                budget_);
  gate.Enter(a_, "1", clock_.Now());
  gate.Enter(b_, "2", clock_.Now());
  gate.Enter(c_, "3", clock_.Now());
  gate.Enter(d_, "4", clock_.Now());
  events_.clear();

  EXPECT_EQ(gate.NextDue(), clock_.Now() + std::chrono::seconds(2));
  clock_.Advance(std::chrono::seconds(2));
  gate.Tick(clock_.Now());

  EXPECT_THAT(events_, ElementsAre("refuse d"));
  EXPECT_EQ(budget_.used(), 48 * kMiB);
  for (FakeCall* call : {&a_, &b_, &c_}) {
    gate.Abandon(*call, clock_.Now());
  }
}

TEST_F(ReadGateTest, RefusesTheLineWhenTheLastReadEndsAndTheMemoryIsHeldElsewhere) {
  Enter(a_, "1");
  Enter(b_, "2");
  Enter(c_, "3");
  Enter(d_, "4");
  const Reservation queued = budget_.Reserve(60 * kMiB);
  events_.clear();

  Finish(a_, 0);
  Finish(b_, 0);
  EXPECT_THAT(events_, IsEmpty());
  Finish(c_, 0);

  EXPECT_THAT(events_, ElementsAre("refuse d"));
}

TEST_F(ReadGateTest, CloseRefusesThoseThatWaitAndThoseThatCome) {
  Enter(a_, "1");
  Enter(b_, "2");
  Enter(c_, "3");
  Enter(d_, "4");
  events_.clear();

  gate_.Close();
  Enter(e_, "5");

  EXPECT_THAT(events_, ElementsAre("refuse d", "refuse e"));
  EXPECT_THAT(e_.refusal, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("shutting down")));
  EXPECT_TRUE(Finish(a_, 1000));

  // The others have a moment, not the whole timeout.
  Tick(std::chrono::seconds(1));
  EXPECT_THAT(events_, ElementsAre("refuse d", "refuse e", "refuse b", "refuse c"));
}

TEST_F(ReadGateTest, ForgetsIdleConnectionsAfterSomeThousands) {
  Introduce("0");
  for (int i = 1; i <= 8192; ++i) {
    Introduce(std::to_string(i));
  }
  Enter(a_, "0");

  EXPECT_EQ(budget_.used(), 16 * kMiB);
  Finish(a_, 0);
}

TEST_F(ReadGateTest, ReservesTheLargestMessageWhereTheKernelDoesNotCount) {
  FakeCall introduction("introduction", events_);
  introduction.received = std::nullopt;
  Enter(introduction, "unix");
  Finish(introduction, 1000);

  Enter(a_, "unix");

  EXPECT_EQ(budget_.used(), 16 * kMiB);
  Finish(a_, 0);
}

// Looks every 10 ms at what has come.
class ReadGateLookTest : public ReadGateTest {
 protected:
  static constexpr Duration kInterval = std::chrono::milliseconds(10);

  ReadGateLookTest() : ReadGateTest(kInterval) {}

  void Introduce(const std::string& connection) {
    ReadGateTest::Introduce(connection);
    clock_.Advance(kInterval);
  }

  // `bytes` more have come on the connection of `call`, and the gate looks.
  void Receive(FakeCall& call, uint64_t bytes) {
    call.received = *call.received + bytes;
    Tick(kInterval);
  }
};

TEST_F(ReadGateLookTest, LooksOnlyWhileReadsAreOpen) {
  EXPECT_EQ(gate_.NextDue(), std::nullopt);
  Enter(a_, "1");
  EXPECT_EQ(gate_.NextDue(), clock_.Now() + kInterval);
  Tick(kInterval);
  EXPECT_EQ(gate_.NextDue(), clock_.Now() + kInterval);

  Finish(a_, 0);

  EXPECT_EQ(gate_.NextDue(), std::nullopt);
}

TEST_F(ReadGateLookTest, ReservesMoreForAMessageThatOutgrowsWhatIsExpected) {
  Introduce("1");
  Enter(a_, "1");

  Receive(a_, kMiB / 2);
  EXPECT_EQ(budget_.used(), kMiB);
  Receive(a_, kMiB / 2);
  EXPECT_EQ(budget_.used(), 2 * kMiB);
  Receive(a_, 5 * kMiB);
  EXPECT_EQ(budget_.used(), 12 * kMiB);

  EXPECT_THAT(events_, ElementsAre("read a"));
  EXPECT_EQ(Finish(a_, 7 * kMiB)->size(), 7 * kMiB);
}

TEST_F(ReadGateLookTest, ReservesNoMoreThanTheLargestMessage) {
  Introduce("1");
  Enter(a_, "1");

  Receive(a_, 15 * kMiB);

  EXPECT_EQ(budget_.used(), 16 * kMiB);
  Finish(a_, 0);
}

TEST_F(ReadGateLookTest, EndsAReadThatOutgrowsTheBudget) {
  Introduce("1");
  Enter(a_, "1");
  const Reservation others = budget_.Reserve(60 * kMiB);

  Receive(a_, kMiB);
  EXPECT_THAT(events_, ElementsAre("read a"));
  Receive(a_, 1);

  EXPECT_THAT(events_, ElementsAre("read a", "refuse a"));
  EXPECT_THAT(a_.refusal, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("memory")));
  EXPECT_EQ(budget_.used(), others.size());
  EXPECT_EQ(gate_.NextDue(), std::nullopt);
}

TEST_F(ReadGateLookTest, EndsAReadOfAMessageThatIsTooLarge) {
  Enter(a_, "1");

  Receive(a_, 17 * kMiB);
  EXPECT_THAT(events_, ElementsAre("read a"));
  Receive(a_, 1);

  EXPECT_THAT(events_, ElementsAre("read a", "refuse a"));
  EXPECT_THAT(a_.refusal, StatusIs(absl::StatusCode::kResourceExhausted,
                                   HasSubstr("larger than the limit of 16777216 bytes")));
}

TEST_F(ReadGateLookTest, DoesNotBlameOneOfSeveralReadsForAMessageThatIsTooLarge) {
  Enter(a_, "1");
  Enter(b_, "1");

  a_.received = b_.received = 34 * kMiB;
  Tick(kInterval);

  EXPECT_THAT(a_.refusal, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("memory")));
  Finish(b_, 0);
}

TEST_F(ReadGateLookTest, ExpectsTheLargestMessageAfterOneThatOutgrewTheBudget) {
  Introduce("1");
  Enter(a_, "1");
  {
    const Reservation others = budget_.Reserve(60 * kMiB);
    Receive(a_, 2 * kMiB);
  }
  events_.clear();

  Enter(b_, "1");

  EXPECT_EQ(budget_.used(), 16 * kMiB);
  Finish(b_, 0);
}

TEST_F(ReadGateLookTest, GivesWhatAnEndedReadHadToTheNext) {
  Introduce("1");
  Introduce("2");
  Enter(a_, "1");
  Enter(b_, "2");
  const Reservation others = budget_.Reserve(53 * kMiB);
  a_.received = 2 * kMiB;

  Receive(b_, 1 * kMiB);

  // One MiB is left in seven eighths, and that is what the first had.
  EXPECT_THAT(events_, ElementsAre("read a", "read b", "refuse a"));
  EXPECT_EQ(budget_.used(), others.size() + 2 * kMiB);
  Finish(b_, 0);
}

TEST_F(ReadGateLookTest, LeavesAnEighthOfTheBudgetToSmallRequests) {
  Introduce("1");
  Enter(a_, "1");
  const Reservation others = budget_.Reserve(55 * kMiB);

  Receive(a_, 2 * kMiB);

  EXPECT_THAT(events_, ElementsAre("read a", "refuse a"));
}

TEST_F(ReadGateLookTest, DoesNotTakeCompleteMessagesForAnOpenOne) {
  Introduce("1");
  Enter(a_, "1");
  for (int i = 0; i < 1000; ++i) {
    Enter(b_, "1");
    a_.received = b_.received = *a_.received + 100'100;
    Finish(b_, 100'000);
  }
  Tick(kInterval);

  EXPECT_EQ(budget_.used(), kMiB);
  EXPECT_THAT(events_, testing::Not(testing::Contains("refuse a")));
  Finish(a_, 0);
}

TEST_F(ReadGateLookTest, CountsWhatCameSinceTheReadBegan) {
  Introduce("1");
  a_.received = 100 * kMiB;
  Tick(kInterval);
  Enter(a_, "1");

  Receive(a_, 1000);

  EXPECT_EQ(budget_.used(), kMiB);
  Finish(a_, 0);
}

TEST_F(ReadGateLookTest, SeveralReadsOfAConnectionShareWhatIsReserved) {
  Introduce("1");
  Enter(a_, "1");
  Enter(b_, "1");
  const Reservation others = budget_.Reserve(60 * kMiB);

  a_.received = b_.received = 2 * kMiB;
  Tick(kInterval);
  EXPECT_THAT(events_, ElementsAre("read a", "read b"));
  a_.received = b_.received = 2 * kMiB + 1;
  Tick(kInterval);

  EXPECT_THAT(events_, ElementsAre("read a", "read b", "refuse a"));
  Finish(b_, 0);
}

}  // namespace
}  // namespace spanhold::otlp_receiver
