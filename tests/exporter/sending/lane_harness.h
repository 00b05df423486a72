#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "src/core/mutex.h"
#include "src/exporter/sending/lane.h"
#include "src/pipeline/ledger.h"
#include "tests/support/make_batch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/manual_timers.h"

namespace spanhold::sending {

// A deadline that no test reaches.
inline constexpr Deadline kFarDeadline = Deadline::max();

// ManualTimers that a test can wait for.
class AwaitableTimers final : public Timers {
 public:
  explicit AwaitableTimers(ManualClock& clock) : timers_(clock) {}

  TimerId Schedule(TimePoint at, std::function<void()> callback) override {
    const TimerId id = timers_.Schedule(at, std::move(callback));
    const MutexLock lock(mutex_);
    ++scheduled_;
    changed_.NotifyAll();
    return id;
  }
  void Cancel(TimerId id) override { timers_.Cancel(id); }

  void Advance(Duration by) { timers_.Advance(by); }
  std::optional<TimePoint> NextDue() const { return timers_.NextDue(); }
  // Waits until that many timers have been scheduled in all.
  void AwaitScheduled(size_t count) {
    const MutexLock lock(mutex_);
    while (scheduled_ < count) {
      changed_.Wait(mutex_);
    }
  }

 private:
  ManualTimers timers_;
  Mutex mutex_;
  CondVar changed_;
  size_t scheduled_ SPANHOLD_GUARDED_BY(mutex_) = 0;
};

// The defaults, without jitter: waits of 5 s, 7.5 s, 11.25 s, ...
inline SendingConfig PlainConfig() {
  SendingConfig config;
  config.retry_on_failure.randomization_factor = 0;
  return config;
}

inline constexpr uint64_t kBudget = uint64_t{1} << 24U;

// A lane in front of a fake transport, started, with the account of the one pipeline it serves.
template <typename FakeTransport>
class LaneHarness {
 public:
  explicit LaneHarness(const SendingConfig& config = PlainConfig(), bool start = true) {
    ledger_.AddPipeline("traces", {"otlp"});
    auto owned = std::make_unique<FakeTransport>();
    transport = owned.get();
    lane = std::make_unique<Lane>("otlp", config, std::move(owned), timers, clock, random_, budget,
                                  telemetry);
    if (start) {
      EXPECT_TRUE(lane->Start().ok());
    }
  }
  // What is still held is dropped; nothing is lost, and the books balance.
  ~LaneHarness() {
    EXPECT_TRUE(lane->Shutdown(clock.Now()).ok());
    EXPECT_EQ(held(), 0U);
    EXPECT_TRUE(Balances());
    lane.reset();
    EXPECT_EQ(observer.spans_lost, 0U);
  }
  LaneHarness(const LaneHarness&) = delete;
  LaneHarness& operator=(const LaneHarness&) = delete;

  LaneAccount& account() { return ledger_.lane(0); }

  // Hands a batch of that many spans to the lane, as a pipeline does.
  void Hand(size_t spans) {
    TraceBatch batch = MakeBatch(NumberedSpans(spans), observer);
    account().Handed(batch);
    lane->Consume(std::move(batch), account());
  }

  uint64_t dropped(DropReason reason) { return account().dropped(reason); }
  uint64_t held() { return lane->HeldSpans(account()); }
  // handed = sent + rejected + dropped + held
  bool Balances() {
    uint64_t ended = account().sent() + account().rejected();
    for (size_t i = 0; i < kDropReasonCount; ++i) {
      ended += account().dropped(static_cast<DropReason>(i));
    }
    return account().handed() == ended + held();
  }

  MemoryBudget budget{kBudget};
  ManualClock clock;
  AwaitableTimers timers{clock};
  Telemetry telemetry;
  RecordingObserver observer;
  FakeTransport* transport = nullptr;
  std::unique_ptr<Lane> lane;

 private:
  Random random_{1};
  Ledger ledger_{telemetry, clock};
};

}  // namespace spanhold::sending
