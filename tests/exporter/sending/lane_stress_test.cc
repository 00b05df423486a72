#include <atomic>
#include <deque>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "src/core/mutex.h"
#include "src/exporter/sending/lane.h"
#include "tests/exporter/sending/lane_harness.h"
#include "tests/support/captured_log.h"

namespace spanhold::sending {
namespace {

// Answers at random: taken, taken in part, refused, too large, and half of the time failed for now,
// now and then with a delay; from threads of its own or within Send().
class ErraticTransport final : public Transport {
 public:
  Status Start() override {
    for (int i = 0; i < 2; ++i) {
      threads_.emplace_back([this] { Work(); });
    }
    return {};
  }
  void Send(const otlp::TraceBatch& /*batch*/, Deadline /*deadline*/, Done done) override {
    if (random_.Uniform() < 0.3) {
      done(Answer());
      return;
    }
    const MutexLock lock(mutex_);
    open_.push_back(std::move(done));
    changed_.NotifyOne();
  }
  Status Shutdown() override {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
      changed_.NotifyAll();
    }
    for (std::thread& thread : threads_) {
      thread.join();
    }
    threads_.clear();
    return {};
  }

 private:
  SendResult Answer() {
    const double chance = random_.Uniform();
    if (chance < 0.5) {
      const Status busy = absl::UnavailableError("busy");
      return {chance < 0.05 ? WithRetryAfter(busy, std::chrono::seconds(1)) : busy, 0, ""};
    }
    if (chance < 0.55) {
      return {absl::ResourceExhaustedError("large"), 0, "", true};
    }
    if (chance < 0.6) {
      return {absl::InvalidArgumentError("bad"), 0, ""};
    }
    return {absl::OkStatus(), chance < 0.7 ? 1U : 0U, ""};
  }
  void Work() {
    for (;;) {
      Done done;
      {
        const MutexLock lock(mutex_);
        while (open_.empty() && !stopping_) {
          changed_.Wait(mutex_);
        }
        if (open_.empty()) {
          return;
        }
        done = std::move(open_.front());
        open_.pop_front();
      }
      done(Answer());
    }
  }

  Random random_{7};
  std::vector<std::thread> threads_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Done> open_ SPANHOLD_GUARDED_BY(mutex_);
  bool stopping_ SPANHOLD_GUARDED_BY(mutex_) = false;
};

constexpr uint64_t kThreads = 4;
constexpr uint64_t kBatches = 500;  // of each thread
constexpr uint64_t kSpansEach = 3;

// Moves time on as long as it lives.
class TimeMachine {
 public:
  explicit TimeMachine(AwaitableTimers& timers)
      : thread_([this, &timers] {
          while (!stop_) {
            timers.Advance(std::chrono::seconds(1));
            std::this_thread::yield();
          }
        }) {}
  ~TimeMachine() {
    stop_ = true;
    thread_.join();
  }
  TimeMachine(const TimeMachine&) = delete;
  TimeMachine& operator=(const TimeMachine&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// Consumes from many threads; those of a lane that blocks wait for room like a pipeline's worker.
void HandFromManyThreads(LaneHarness<ErraticTransport>& lane, Mutex& mutex, CondVar& room) {
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (uint64_t i = 0; i < kBatches; ++i) {
        {
          const MutexLock lock(mutex);
          while (!lane.lane->HasRoom()) {
            room.Wait(mutex);
          }
        }
        lane.Hand(kSpansEach);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

// Few senders, so that a row of failures soon is a backend that is away.
SendingConfig FewSenders(bool block_on_overflow) {
  SendingConfig config;
  config.sending_queue.num_consumers = 3;
  config.sending_queue.queue_size = 20;
  config.sending_queue.block_on_overflow = block_on_overflow;
  return config;
}

class LaneStressTest : public testing::TestWithParam<bool> {};

TEST_P(LaneStressTest, EndsEachSpanOnceUnderRandomFailures) {
  const CapturedLog quiet;
  const bool block = GetParam();
  LaneHarness<ErraticTransport> lane(FewSenders(block), /*start=*/false);
  Mutex mutex;
  CondVar room;
  lane.lane->AddRoomListener([&] {
    const MutexLock lock(mutex);
    room.NotifyAll();
  });
  ASSERT_TRUE(lane.lane->Start().ok());
  {
    const TimeMachine time(lane.timers);
    HandFromManyThreads(lane, mutex, room);
    ASSERT_TRUE(lane.lane->Shutdown(kFarDeadline).ok());
  }

  const LaneAccount& account = lane.account();
  EXPECT_EQ(account.handed(), kThreads * kBatches * kSpansEach);
  EXPECT_EQ(account.sent() + account.rejected() + lane.dropped(DropReason::kQueueFull),
            account.handed());
  EXPECT_EQ(lane.dropped(DropReason::kQueueFull) > 0, !block);
  EXPECT_EQ(lane.observer.lanes_settled, kThreads * kBatches);
}

TEST_P(LaneStressTest, EndsEachSpanOnceWhenShutDownInMidLoad) {
  const CapturedLog quiet;
  LaneHarness<ErraticTransport> lane(FewSenders(GetParam()));
  {
    const TimeMachine time(lane.timers);
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (uint64_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (uint64_t i = 0; i < kBatches; ++i) {
          lane.Hand(kSpansEach);
        }
      });
    }
    while (lane.account().handed() < kSpansEach * kBatches) {
      std::this_thread::yield();
    }
    ASSERT_TRUE(lane.lane->Shutdown(lane.clock.Now()).ok());
    for (std::thread& thread : threads) {
      thread.join();
    }
  }

  EXPECT_EQ(lane.observer.lanes_settled, kThreads * kBatches);
}

INSTANTIATE_TEST_SUITE_P(BlockOnOverflow, LaneStressTest, testing::Bool());

}  // namespace
}  // namespace spanhold::sending
