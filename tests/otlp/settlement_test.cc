#include "src/otlp/settlement.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "src/core/mutex.h"

namespace spanhold::otlp {
namespace {

class Observer final : public SettlementObserver {
 public:
  void OnLaneSettled(uint64_t sequence, LaneId lane) override {
    const MutexLock lock(mutex_);
    settled_.emplace_back(sequence, lane);
  }
  void OnLost(LaneId lane, uint64_t spans) override {
    const MutexLock lock(mutex_);
    lost_.emplace_back(lane, spans);
  }

  using Pairs = std::vector<std::pair<uint64_t, uint64_t>>;
  Pairs settled() const {
    const MutexLock lock(mutex_);
    return settled_;
  }
  Pairs lost() const {
    const MutexLock lock(mutex_);
    return lost_;
  }

 private:
  mutable Mutex mutex_;
  Pairs settled_ SPANHOLD_GUARDED_BY(mutex_);
  Pairs lost_ SPANHOLD_GUARDED_BY(mutex_);
};

TEST(SettlementTest, ALaneIsSettledWithItsLastSpan) {
  Observer observer;
  Settlement settlement(7, 3, {{0, 1}}, observer);

  settlement.Settle(0, 2);
  EXPECT_TRUE(observer.settled().empty());
  settlement.Settle(0, 1);

  EXPECT_EQ(observer.settled(), (Observer::Pairs{{7, 0}}));
}

TEST(SettlementTest, LanesOfSeveralPipelinesAreSettledEachForItself) {
  Observer observer;
  Settlement settlement(7, 1, {{1, 2}, {4, 6}}, observer);

  settlement.Settle(5, 1);
  settlement.Settle(1, 1);
  settlement.Settle(4, 1);

  EXPECT_EQ(observer.settled(), (Observer::Pairs{{7, 5}, {7, 1}, {7, 4}}));
}

TEST(SettlementTest, WhatIsNotSettledIsLostWhenTheLastHandleGoes) {
  Observer observer;
  {
    Settlement settlement(7, 3, {{0, 2}}, observer);
    settlement.Settle(0, 3);
    settlement.Settle(1, 1);
  }

  EXPECT_EQ(observer.lost(), (Observer::Pairs{{1, 2}}));
}

TEST(SettlementTest, WhatIsKeptIsNeitherSettledNorLost) {
  Observer observer;
  {
    Settlement settlement(7, 3, {{0, 2}}, observer, true);
    settlement.Settle(0, 1);
    EXPECT_TRUE(settlement.TryKeep(0, 2));
    EXPECT_TRUE(settlement.TryKeep(1, 1));
    settlement.Settle(1, 2);
  }

  EXPECT_TRUE(observer.settled().empty());
  EXPECT_TRUE(observer.lost().empty());
}

TEST(SettlementTest, OnlyADurableRequestIsKept) {
  Observer observer;
  Settlement settlement(7, 3, {{0, 1}}, observer);

  EXPECT_FALSE(settlement.TryKeep(0, 3));
  settlement.Settle(0, 3);

  EXPECT_EQ(observer.settled(), (Observer::Pairs{{7, 0}}));
}

TEST(SettlementTest, WantsTheLanesItWasMadeFor) {
  Observer observer;
  Settlement settlement(7, 1, {{1, 2}, {4, 5}}, observer);

  EXPECT_FALSE(settlement.Wants(0));
  EXPECT_TRUE(settlement.Wants(1));
  EXPECT_TRUE(settlement.Wants(4));
  settlement.Settle(1, 1);
  settlement.Settle(4, 1);
}

TEST(SettlementTest, ThreadsThatSettleTogetherSettleOnce) {
  constexpr uint32_t kThreads = 4;
  constexpr uint32_t kSpansEach = 2000;
  Observer observer;
  Settlement settlement(7, kThreads * kSpansEach, {{0, 1}}, observer);
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&settlement] {
      for (uint32_t span = 0; span < kSpansEach; ++span) {
        settlement.Settle(0, 1);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }

  EXPECT_EQ(observer.settled(), (Observer::Pairs{{7, 0}}));
}

}  // namespace
}  // namespace spanhold::otlp
