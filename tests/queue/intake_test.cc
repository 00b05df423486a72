#include "src/queue/intake.h"

#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_exporter.h"
#include "tests/support/make_batch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/manual_timers.h"
#include "tests/support/status_is.h"

namespace spanhold {
namespace {

using testing::HasSubstr;
using testing::Optional;

// Two pipelines whose workers are never started: a test takes requests out by hand.
class IntakeTest : public testing::Test {
 protected:
  ~IntakeTest() override { waiting_room_.Close(); }

  // Admits `spans` spans and returns where the answer will stand.
  std::shared_ptr<std::optional<Status>> Admit(Intake& intake, size_t spans) {
    auto answer = std::make_shared<std::optional<Status>>();
    intake.Admit(MakeChunk(NumberedSpans(spans)), receiver_,
                 [answer](Status status) { *answer = std::move(status); });
    return answer;
  }

  void TakeOneOut(Worker& worker) {
    QueuedRequest request;
    ASSERT_TRUE(worker.queue().TryPop(request));
    for (LaneId lane = worker.account().lanes().first; lane < worker.account().lanes().last;
         ++lane) {
      request.settlement->Settle(lane, static_cast<uint32_t>(request.chunk->spans.size()));
    }
    request.settlement.reset();
    waiting_room_.OnRoom();
  }

  ManualClock clock_;
  ManualTimers timers_{clock_};
  Telemetry telemetry_;
  Ledger ledger_{telemetry_, clock_};
  ReceiverAccount& receiver_ = ledger_.AddReceiver("otlp", "grpc");
  Worker first_{ledger_.AddPipeline("traces", {"a"}), {.spans = 10, .bytes = 1 << 20}, clock_};
  Worker second_{ledger_.AddPipeline("traces/2", {"b"}), {.spans = 5, .bytes = 1 << 20}, clock_};
  WaitingRoom waiting_room_{{}, clock_, timers_, ledger_};
  Intake one_{{&first_}, waiting_room_};
  Intake both_{{&first_, &second_}, waiting_room_};
};

TEST_F(IntakeTest, AdmitsWhileThereIsRoom) {
  EXPECT_THAT(*Admit(one_, 10), Optional(IsOk()));

  EXPECT_EQ(receiver_.accepted_spans(), 10U);
  EXPECT_EQ(first_.account().accepted(), 10U);
}

TEST_F(IntakeTest, ARequestWithoutSpansIsAccepted) {
  EXPECT_THAT(*Admit(one_, 0), Optional(IsOk()));

  EXPECT_EQ(receiver_.accepted_requests(), 1U);
  EXPECT_EQ(first_.queue().spans(), 0U);
}

TEST_F(IntakeTest, AnswersWhenRoomComes) {
  Admit(one_, 10);
  const auto waiting = Admit(one_, 1);
  EXPECT_FALSE(waiting->has_value());

  TakeOneOut(first_);

  EXPECT_THAT(*waiting, Optional(IsOk()));
}

TEST_F(IntakeTest, RefusesWithADelayWhenNoRoomCame) {
  Admit(one_, 10);
  const auto waiting = Admit(one_, 3);

  timers_.Advance(std::chrono::milliseconds(499));
  EXPECT_FALSE(waiting->has_value());
  timers_.Advance(std::chrono::milliseconds(1));

  EXPECT_THAT(*waiting,
              Optional(StatusIs(absl::StatusCode::kUnavailable, HasSubstr("queue full"))));
  EXPECT_EQ(receiver_.refused_spans(), 3U);
  EXPECT_EQ(receiver_.accepted_spans(), 10U);
}

TEST_F(IntakeTest, EachRequestWaitsItsOwnTime) {
  Admit(one_, 10);
  const auto early = Admit(one_, 1);
  timers_.Advance(std::chrono::milliseconds(300));
  const auto late = Admit(one_, 1);

  timers_.Advance(std::chrono::milliseconds(200));
  EXPECT_TRUE(early->has_value());
  EXPECT_FALSE(late->has_value());
  timers_.Advance(std::chrono::milliseconds(300));

  EXPECT_TRUE(late->has_value());
}

TEST_F(IntakeTest, NoOneOvertakesThoseWhoWait) {
  Admit(one_, 9);
  const auto large = Admit(one_, 5);
  const auto small = Admit(one_, 1);

  EXPECT_FALSE(large->has_value());
  EXPECT_FALSE(small->has_value());
  TakeOneOut(first_);

  EXPECT_THAT(*large, Optional(IsOk()));
  EXPECT_THAT(*small, Optional(IsOk()));
}

TEST_F(IntakeTest, GoesToEveryPipelineOrToNone) {
  Admit(both_, 5);
  const auto waiting = Admit(both_, 1);

  EXPECT_FALSE(waiting->has_value());
  EXPECT_EQ(first_.queue().spans(), 5U);
  EXPECT_EQ(second_.queue().spans(), 5U);

  TakeOneOut(first_);
  EXPECT_FALSE(waiting->has_value());
  TakeOneOut(second_);
  EXPECT_THAT(*waiting, Optional(IsOk()));
}

TEST_F(IntakeTest, AFullPipelineDoesNotHoldBackAnother) {
  Admit(both_, 5);
  const auto waits_for_second = Admit(both_, 1);
  Intake only_second({&second_}, waiting_room_);
  const auto behind = Admit(only_second, 1);

  TakeOneOut(second_);

  EXPECT_THAT(*waits_for_second, Optional(IsOk()));
  EXPECT_THAT(*behind, Optional(IsOk()));
}

TEST_F(IntakeTest, CloseRefusesThoseWhoWaitAndThoseWhoCome) {
  Admit(one_, 10);
  const auto waiting = Admit(one_, 1);

  waiting_room_.Close();

  EXPECT_THAT(*waiting,
              Optional(StatusIs(absl::StatusCode::kUnavailable, HasSubstr("shutting down"))));
  EXPECT_THAT(*Admit(one_, 1),
              Optional(StatusIs(absl::StatusCode::kUnavailable, HasSubstr("shutting down"))));
  EXPECT_EQ(receiver_.refused_requests(), 2U);
}

TEST(IntakeStressTest, EveryRequestIsAnsweredOnceAndTheLedgerBalances) {
  constexpr int kProducers = 3;
  constexpr int kPerProducer = 2000;
  SystemClock clock;
  ManualClock manual;
  ManualTimers timers(manual);
  Telemetry telemetry;
  Ledger ledger(telemetry, clock);
  ReceiverAccount& receiver = ledger.AddReceiver("otlp", "grpc");
  PipelineAccount& account = ledger.AddPipeline("traces", {"fake"});
  FakeExporter exporter;
  WaitingRoom waiting_room({}, manual, timers, ledger);
  Worker worker(account, {.spans = 16, .bytes = 1 << 20}, clock);
  worker.SetChain(
      {},
      std::make_unique<FanOut>(account, std::vector<FanOut::Lane>{{&exporter, &ledger.lane(0)}}),
      [&] { waiting_room.OnRoom(); });
  ASSERT_TRUE(worker.Start().ok());
  Intake intake({&worker}, waiting_room);
  const otlp::ChunkPtr chunk = MakeChunk(NumberedSpans(3));
  std::atomic<uint64_t> ok{0};
  std::atomic<uint64_t> refused{0};
  std::atomic<int> producing{kProducers};
  std::vector<std::thread> threads;

  for (int p = 0; p < kProducers; ++p) {
    threads.emplace_back([&] {
      for (int i = 0; i < kPerProducer; ++i) {
        intake.Admit(chunk, receiver, [&](Status status) { ++(status.ok() ? ok : refused); });
      }
      --producing;
    });
  }
  threads.emplace_back([&] {
    while (producing > 0) {
      timers.Advance(std::chrono::milliseconds(1));
    }
  });
  for (std::thread& thread : threads) {
    thread.join();
  }
  waiting_room.Close();
  worker.Drain(clock.Now() + std::chrono::seconds(30));

  EXPECT_EQ(ok + refused, uint64_t{kProducers} * kPerProducer);
  EXPECT_EQ(receiver.accepted_spans(), 3 * ok);
  EXPECT_EQ(account.accepted(), 3 * ok);
  EXPECT_EQ(ledger.lane(0).sent(), 3 * ok);
  EXPECT_EQ(ledger.lane(0).dropped(DropReason::kInternal), 0U);
}

}  // namespace
}  // namespace spanhold
