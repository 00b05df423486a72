#include "src/queue/worker.h"

#include <gtest/gtest.h>

#include "src/core/clock.h"
#include "tests/support/fake_exporter.h"
#include "tests/support/make_batch.h"
#include "tests/support/manual_clock.h"

namespace spanhold {
namespace {

// Hands on at once, and once more in Shutdown() what it was told to keep.
class KeepingProcessor final : public Processor {
 public:
  explicit KeepingProcessor(TraceConsumer& next) : next_(next) {}
  Status Start() override { return absl::OkStatus(); }
  void Consume(TraceBatch batch) override {
    kept_.Append(std::move(batch));
    held_ = kept_.span_count();
  }
  Status Shutdown(Deadline /*deadline*/) override {
    next_.Consume(std::move(kept_));
    held_ = 0;
    return absl::OkStatus();
  }
  uint64_t HeldSpans() const override { return held_; }

 private:
  TraceConsumer& next_;
  TraceBatch kept_;
  std::atomic<uint64_t> held_{0};
};

class FailingProcessor final : public Processor {
 public:
  Status Start() override { return absl::InternalError("cannot start"); }
  void Consume(TraceBatch /*batch*/) override {}
  Status Shutdown(Deadline /*deadline*/) override { return absl::OkStatus(); }
};

class WorkerTest : public testing::Test {
 protected:
  std::unique_ptr<FanOut> MakeFanOut() {
    return std::make_unique<FanOut>(account_,
                                    std::vector<FanOut::Lane>{{&exporter_, &ledger_.lane(0)}});
  }

  void Enqueue(size_t spans) { Enqueue(spans, worker_); }

  void Enqueue(size_t spans, Worker& worker) {
    const otlp::ChunkPtr chunk = MakeChunk(NumberedSpans(spans));
    ASSERT_TRUE(worker.queue().TryReserve(spans, chunk->bytes.size()));
    account_.Accepted(spans);
    worker.Enqueue({chunk, std::make_shared<otlp::Settlement>(
                               1, static_cast<uint32_t>(spans),
                               std::vector<otlp::LaneRange>{account_.lanes()}, ledger_)});
  }

  Deadline Soon() const { return clock_.Now() + std::chrono::seconds(30); }

  SystemClock clock_;
  Telemetry telemetry_;
  Ledger ledger_{telemetry_, clock_};
  PipelineAccount& account_ = ledger_.AddPipeline("traces", {"fake"});
  FakeExporter exporter_;
  Worker worker_{account_, {.spans = 100, .bytes = 1 << 20}, clock_};
  int rooms_ = 0;
};

TEST_F(WorkerTest, LeadsRequestsToTheLanes) {
  worker_.SetChain({}, MakeFanOut(), [this] { ++rooms_; });
  ASSERT_TRUE(worker_.Start().ok());

  Enqueue(3);
  Enqueue(2);
  exporter_.WaitForSpans(5);
  worker_.Drain(Soon());

  EXPECT_EQ(rooms_, 2);
  EXPECT_EQ(account_.handed(), 5U);
  EXPECT_EQ(ledger_.lane(0).sent(), 5U);
  EXPECT_EQ(worker_.HeldSpans(), 0U);
}

TEST_F(WorkerTest, TakesNothingWhileALaneIsFull) {
  worker_.SetChain({}, MakeFanOut(), [] {});
  exporter_.AddRoomListener([this] { worker_.Wake(); });
  exporter_.SetRoom(false);
  ASSERT_TRUE(worker_.Start().ok());

  Enqueue(3);
  EXPECT_EQ(worker_.HeldSpans(), 3U);
  EXPECT_EQ(exporter_.spans(), 0U);

  exporter_.SetRoom(true);
  exporter_.WaitForSpans(3);
  worker_.Drain(Soon());
  EXPECT_EQ(worker_.HeldSpans(), 0U);
}

TEST_F(WorkerTest, TakesWhatHasGatheredOnceAPauseWhileALaneIsCrowded) {
  ManualClock clock;
  Worker worker(account_, {.spans = 100, .bytes = 1 << 20}, clock);
  worker.PaceClients();
  worker.SetChain({}, MakeFanOut(), [] {});
  exporter_.SetCrowded(true);
  ASSERT_TRUE(worker.Start().ok());

  Enqueue(3, worker);
  Enqueue(2, worker);
  EXPECT_EQ(worker.HeldSpans(), 5U);
  while (exporter_.spans() < 5) {
    clock.Advance(std::chrono::milliseconds(10));  // its pause begins when it sees the first
    worker.Wake();                                 // it waits in real time
  }
  Enqueue(1, worker);
  EXPECT_EQ(worker.HeldSpans(), 1U);

  exporter_.SetCrowded(false);
  worker.Wake();
  exporter_.WaitForSpans(6);
  worker.Drain(clock.Now() + std::chrono::seconds(30));
}

TEST_F(WorkerTest, DoesNotPauseForACrowdedLaneUnlessItPacesClients) {
  ManualClock clock;
  Worker worker(account_, {.spans = 100, .bytes = 1 << 20}, clock);
  worker.SetChain({}, MakeFanOut(), [] {});
  exporter_.SetCrowded(true);
  ASSERT_TRUE(worker.Start().ok());

  Enqueue(3, worker);
  exporter_.WaitForSpans(3);

  worker.Drain(clock.Now() + std::chrono::seconds(30));
}

TEST_F(WorkerTest, DrainFlushesTheProcessors) {
  auto fan_out = MakeFanOut();
  std::vector<std::unique_ptr<Processor>> processors;
  processors.push_back(std::make_unique<KeepingProcessor>(*fan_out));
  worker_.SetChain(std::move(processors), std::move(fan_out), [] {});
  ASSERT_TRUE(worker_.Start().ok());

  Enqueue(3);
  worker_.Drain(Soon());

  EXPECT_EQ(exporter_.spans(), 3U);
  EXPECT_EQ(worker_.HeldSpans(), 0U);
}

TEST_F(WorkerTest, DrainsIntoLanesThatHaveNoRoom) {
  worker_.SetChain({}, MakeFanOut(), [] {});
  exporter_.SetRoom(false);
  ASSERT_TRUE(worker_.Start().ok());
  Enqueue(3);
  Enqueue(2);

  worker_.Drain(Soon());

  EXPECT_EQ(exporter_.spans(), 5U);
}

TEST_F(WorkerTest, CountsWhatIsQueuedAtTheDeadline) {
  worker_.SetChain({}, MakeFanOut(), [] {});
  exporter_.SetRoom(false);
  ASSERT_TRUE(worker_.Start().ok());
  Enqueue(3);

  worker_.Drain(clock_.Now());

  EXPECT_EQ(account_.dropped(DropReason::kShutdown), 3U);
  EXPECT_EQ(ledger_.lane(0).dropped(DropReason::kInternal), 0U);
  EXPECT_EQ(worker_.HeldSpans(), 0U);
}

TEST_F(WorkerTest, RunsTimersOnItsThreadWhenDue) {
  worker_.SetChain({}, MakeFanOut(), [] {});
  Mutex mutex;
  CondVar ran_changed;
  bool ran = false;
  worker_.timers().Schedule(clock_.Now() + std::chrono::milliseconds(5), [&] {
    const MutexLock lock(mutex);
    ran = true;
    ran_changed.NotifyAll();
  });
  ASSERT_TRUE(worker_.Start().ok());

  {
    const MutexLock lock(mutex);
    while (!ran) {
      ran_changed.Wait(mutex);
    }
  }
  worker_.Drain(Soon());
}

TEST_F(WorkerTest, DoesNotStartWhenAProcessorDoesNot) {
  std::vector<std::unique_ptr<Processor>> processors;
  processors.push_back(std::make_unique<FailingProcessor>());
  worker_.SetChain(std::move(processors), MakeFanOut(), [] {});

  EXPECT_FALSE(worker_.Start().ok());

  worker_.Drain(Soon());  // nothing to join
}

}  // namespace
}  // namespace spanhold
