#include "src/exporter/storage/lane_storage.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/exporter/sending/lane.h"
#include "tests/support/fake_file_system.h"
#include "tests/support/gate_transport.h"
#include "tests/support/make_batch.h"
#include "tests/support/manual_timers.h"
#include "tests/support/status_is.h"

namespace spanhold::storage {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using Call = FakeFileSystem::Call;

LaneStorage::Options DefaultOptions() {
  LaneStorage::Options options;
  options.log.enabled = true;
  options.log.directory = "/storage/exporter_it";
  options.log.sync = config::JournalConfig::Sync::kNone;
  options.parent = "/storage";
  options.create_parent = true;
  options.queue.num_consumers = 1;  // the lane has two batches at a time
  return options;
}

LaneStorage::Options QueueOf(int64_t size, bool block_on_overflow) {
  LaneStorage::Options options = DefaultOptions();
  options.queue.queue_size = size;
  options.queue.block_on_overflow = block_on_overflow;
  return options;
}

// One life of a daemon: two pipelines to the exporter "it", whose backend answers when a test says so.
class Life {
 public:
  explicit Life(FakeFileSystem& files, const LaneStorage::Options& options = DefaultOptions())
      : files_(files), options_(options) {
    storage_.AddLane(account());
    storage_.AddLane(other_account());
    storage_.AddRoomListener([this] { ++rooms_; });
    EXPECT_THAT(storage_.Start(), IsOk());
  }
  ~Life() { End(); }

  LaneAccount& account() { return ledger_.lane(0); }
  LaneAccount& other_account() { return ledger_.lane(1); }

  void Hand(size_t spans, LaneId lane = 0) {
    LaneAccount& to = ledger_.lane(lane);
    TraceBatch batch = MakeBatch(NumberedSpans(spans), source_, 2);
    to.Handed(batch);
    storage_.Consume(std::move(batch), to);
  }
  // The pipelines no longer hold what was handed.
  void AwaitStored(uint64_t batches) {
    WaitUntil([&] { return source_.lanes_settled == batches; });
  }
  void AnswerAll(uint64_t spans) {
    while (account().sent() + other_account().sent() < spans) {
      if (transport_->open() > 0) {
        transport_->Answer(absl::OkStatus());
      }
      std::this_thread::yield();
    }
  }
  // Time passes for what waits for its next try, and not for what waits for the disk.
  void LetRetry() {
    const std::optional<TimePoint> due = timers_.NextDue();
    if (due && *due <= clock_.Now() + seconds(1)) {
      timers_.Advance(seconds(1));
    }
    std::this_thread::yield();
  }
  static void WaitUntil(const std::function<bool()>& condition) {
    while (!condition()) {
      std::this_thread::yield();
    }
  }
  int64_t queue_size() {
    return telemetry_
        .AddGauge("otelcol_exporter_queue_size", "", {{"exporter", "it"}, {"data_type", "traces"}})
        .level();
  }
  // handed = sent + rejected + dropped + kept + held, once nothing moves.
  void AwaitBalance() {
    WaitUntil([this] {
      return std::all_of(ledger_.lanes().begin(), ledger_.lanes().end(), [this](auto& lane) {
        return lane.handed() == lane.sent() + lane.rejected() + lane.dropped() + lane.kept() +
                                    storage_.HeldSpans(lane);
      });
    });
  }
  void End() { EXPECT_THAT(storage_.Shutdown(clock_.Now()), IsOk()); }

  std::unique_ptr<Exporter> MakeLane() {
    sending::SendingConfig config;
    config.sending_queue = options_.queue;
    config.sending_queue.block_on_overflow = true;
    auto transport = std::make_unique<GateTransport>();
    transport_ = transport.get();
    return std::make_unique<sending::Lane>("it", config, std::move(transport), timers_, clock_,
                                           random_, budget_, telemetry_);
  }

  FakeFileSystem& files_;
  const LaneStorage::Options options_;
  ManualClock clock_;
  ManualTimers timers_{clock_};
  Random random_{1};
  MemoryBudget budget_{1 << 20};
  Telemetry telemetry_;
  Ledger ledger_{telemetry_, clock_};
  PipelineAccount& pipeline_ = ledger_.AddPipeline("traces", {"it"});
  PipelineAccount& other_pipeline_ = ledger_.AddPipeline("traces/2", {"it"});
  RecordingObserver source_;
  std::atomic<int> rooms_{0};
  GateTransport* transport_ = nullptr;
  LaneStorage storage_{
      "it", options_, MakeLane(), {files_, clock_, random_, timers_, budget_, telemetry_, ledger_}};
};

bool HasSegments(const FakeFileSystem& files) {
  for (const std::string& path : files.Paths()) {
    if (path.ends_with(".seg")) {
      return true;
    }
  }
  return false;
}

class LaneStorageTest : public testing::Test {
 protected:
  FakeFileSystem files_;
};

TEST_F(LaneStorageTest, TakesBatchesOverFromTheirSourceHoweverDeadTheBackend) {
  Life life(files_);

  for (int i = 0; i < 50; ++i) {
    life.Hand(3);
  }

  life.AwaitStored(50);
  EXPECT_EQ(life.transport_->sent(), 1U);
  EXPECT_EQ(life.storage_.HeldSpans(life.account()), 150U);
  EXPECT_EQ(life.queue_size(), 50);
  EXPECT_EQ(life.storage_.size(), 50);
  EXPECT_LT(life.budget_.used(), uint64_t{1} << 13U);
  life.AwaitBalance();
}

TEST_F(LaneStorageTest, DeliversAllOfItOnceAndFreesTheDisk) {
  Life life(files_);
  for (int i = 0; i < 20; ++i) {
    life.Hand(3);
    life.Hand(2, 1);
  }

  life.AnswerAll(100);

  EXPECT_EQ(life.account().sent(), 60U);
  EXPECT_EQ(life.other_account().sent(), 40U);
  EXPECT_EQ(life.transport_->sent(), 40U);
  life.WaitUntil([&] { return life.storage_.size() == 0 && life.queue_size() == 0; });
  life.AwaitBalance();
  life.End();
  EXPECT_FALSE(HasSegments(files_));
}

TEST_F(LaneStorageTest, WritesTheSelectedSpansOfSeveralRequests) {
  Life life(files_);
  TraceBatch batch = MakeBatch(NumberedSpans(5), life.source_);
  TraceBatch part = batch.TakeFront(2);
  part.Append(MakeBatch(NumberedSpans(1), life.source_));
  life.account().Handed(part);

  life.storage_.Consume(std::move(part), life.account());

  life.AnswerAll(3);
  EXPECT_EQ(life.transport_->sent(), 1U);
  life.account().Sent(batch);  // what was not selected
}

TEST_F(LaneStorageTest, WhatIsLeftIsKeptAndCountsAgainAfterTheNextStart) {
  {
    Life life(files_);
    for (int i = 0; i < 5; ++i) {
      life.Hand(2);
    }
    life.Hand(3, 1);
    life.AwaitStored(6);
    life.End();
    EXPECT_EQ(life.account().kept(), 10U);
    EXPECT_EQ(life.other_account().kept(), 3U);
    EXPECT_EQ(life.storage_.HeldSpans(life.account()), 0U);
    life.AwaitBalance();
  }

  Life life(files_);
  life.WaitUntil([&] { return life.account().handed() + life.other_account().handed() == 13; });
  life.AwaitBalance();
  life.WaitUntil([&] { return life.storage_.size() == 6 && life.queue_size() == 6; });
  life.AnswerAll(13);

  EXPECT_EQ(life.account().sent(), 10U);
  EXPECT_EQ(life.other_account().sent(), 3U);
  life.WaitUntil([&] { return life.storage_.size() == 0; });
  life.AwaitBalance();
}

TEST_F(LaneStorageTest, AFullQueueHoldsBackThePipelines) {
  Life life(files_, QueueOf(3, true));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(life.storage_.HasRoom());
    life.Hand(1);
  }
  EXPECT_FALSE(life.storage_.HasRoom());

  life.AnswerAll(1);

  life.WaitUntil([&] { return life.rooms_ > 0; });
  EXPECT_TRUE(life.storage_.HasRoom());
  EXPECT_EQ(life.account().dropped(), 0U);
}

TEST_F(LaneStorageTest, AFullQueueDropsWhatIsNewWhereItMayNotBlock) {
  LaneStorage::Options options = QueueOf(5, false);
  options.queue.sizer = sending::QueueConfig::Sizer::kItems;
  Life life(files_, options);
  life.Hand(4);
  life.Hand(2);
  life.Hand(1);

  life.AwaitStored(3);  // or dropped
  EXPECT_TRUE(life.storage_.HasRoom());
  EXPECT_EQ(life.account().dropped(DropReason::kQueueFull), 2U);
  EXPECT_EQ(life.storage_.HeldSpans(life.account()), 5U);
  life.AnswerAll(5);
  life.WaitUntil([&] { return life.storage_.size() == 0; });
  life.AwaitBalance();
}

TEST_F(LaneStorageTest, PastMaxSizeBatchesWaitUntilSomeAreDelivered) {
  LaneStorage::Options options = DefaultOptions();
  options.log.max_size = 2000;
  options.log.segment_size = 200;
  Life life(files_, options);
  uint64_t handed = 0;
  for (; life.storage_.HasRoom() && handed < 1000; ++handed) {
    life.Hand(1);
    life.WaitUntil(
        [&] { return life.source_.lanes_settled == handed + 1 || !life.storage_.HasRoom(); });
  }
  ASSERT_FALSE(life.storage_.HasRoom());

  while (life.account().sent() < handed) {
    if (life.transport_->open() > 0) {
      life.transport_->Answer(absl::OkStatus());
    }
    life.LetRetry();
  }

  life.WaitUntil([&] { return life.storage_.HasRoom(); });
  EXPECT_EQ(life.account().dropped(), 0U);
  life.AwaitBalance();
}

TEST_F(LaneStorageTest, WhileTheDiskFailsBatchesWaitAndItHeals) {
  Life life(files_);
  life.Hand(1);
  life.AwaitStored(1);
  files_.Fail(Call::kAppend, absl::DataLossError("EIO"));

  life.Hand(2);

  life.WaitUntil([&] { return !life.storage_.HasRoom(); });
  ASSERT_TRUE(life.storage_.log().problem());
  EXPECT_EQ(life.storage_.HeldSpans(life.account()), 3U);
  files_.Fail(Call::kAppend, absl::OkStatus());
  while (!life.storage_.HasRoom()) {
    life.LetRetry();
  }
  life.AwaitStored(2);
  life.WaitUntil([&] { return life.rooms_ > 0; });
  life.AnswerAll(3);
  EXPECT_EQ(life.account().dropped(), 0U);
}

TEST_F(LaneStorageTest, WhileTheDiskFailsBatchesAreDroppedWhereItMayNotBlock) {
  Life life(files_, QueueOf(1000, false));
  files_.Fail(Call::kAppend, absl::ResourceExhaustedError("No space left on device"));

  life.Hand(2);

  life.WaitUntil([&] { return life.account().dropped(DropReason::kStorageFailed) == 2; });
  EXPECT_TRUE(life.storage_.HasRoom());
  EXPECT_EQ(life.storage_.HeldSpans(life.account()), 0U);
  EXPECT_EQ(life.queue_size(), 0);
  life.AwaitBalance();
}

TEST_F(LaneStorageTest, WhatASlowDiskTakesLateIsNotDeliveredTwice) {
  LaneStorage::Options options = DefaultOptions();
  options.log.sync = config::JournalConfig::Sync::kGroup;
  Life life(files_, options);
  files_.SetSyncsHeld(true);
  life.Hand(2);
  files_.WaitForSyncs(1);

  life.timers_.Advance(seconds(5));

  EXPECT_FALSE(life.storage_.HasRoom());
  files_.SetSyncsHeld(false);
  while (!life.storage_.HasRoom()) {
    life.LetRetry();
  }
  life.AnswerAll(2);
  life.WaitUntil([&] { return life.storage_.size() == 0; });
  EXPECT_EQ(life.transport_->sent(), 1U);
  life.AwaitBalance();
}

TEST_F(LaneStorageTest, WhatCouldNotBeWrittenBeforeShutdownIsDroppedAndCounted) {
  Life life(files_);
  files_.Fail(Call::kAppend, absl::DataLossError("EIO"));
  life.Hand(2);
  life.WaitUntil([&] { return !life.storage_.HasRoom(); });

  life.End();

  EXPECT_EQ(life.account().dropped(DropReason::kShutdown), 2U);
  life.AwaitBalance();
}

TEST_F(LaneStorageTest, WhatIsDamagedOnDiskIsCountedAsDropped) {
  {
    Life life(files_);
    for (int i = 0; i < 5; ++i) {
      life.Hand(3);
    }
    life.AwaitStored(5);
  }
  for (const std::string& path : files_.Paths()) {
    if (path.ends_with(".seg")) {
      std::string content = files_.Content(path);
      content[content.rfind("span-1")] ^= 1;
      files_.Put(path, content);
    }
  }

  Life life(files_);
  life.AnswerAll(12);

  life.WaitUntil([&] { return life.account().dropped(DropReason::kStorageFailed) == 3; });
  life.WaitUntil([&] { return life.storage_.size() == 0; });
  EXPECT_EQ(life.queue_size(), 0);
  life.AwaitBalance();
}

TEST_F(LaneStorageTest, GoesOnThoughOthersHoldTheMemory) {
  Life life(files_);
  const Reservation others = life.budget_.Reserve(1 << 20);
  for (int i = 0; i < 5; ++i) {
    life.Hand(1);
  }

  life.AnswerAll(5);

  EXPECT_EQ(life.account().sent(), 5U);
}

TEST_F(LaneStorageTest, CountsWhatComesAfterShutdownAsDropped) {
  Life life(files_);
  life.End();

  life.Hand(2);

  EXPECT_EQ(life.account().dropped(DropReason::kShutdown), 2U);
  life.AwaitBalance();
}

TEST_F(LaneStorageTest, NeedsItsDirectoryWhereItMayNotCreateIt) {
  LaneStorage::Options options = DefaultOptions();
  options.create_parent = false;
  {
    files_.AddDirectory("/storage");
    Life life(files_, options);
  }
  files_.RemoveDirectory("/storage");
  FakeFileSystem empty;
  ManualClock clock;
  ManualTimers timers(clock);
  Random random(1);
  MemoryBudget budget(1 << 20);
  Telemetry telemetry;
  Ledger ledger(telemetry, clock);
  LaneStorage storage("it", options,
                      std::make_unique<sending::Lane>("it", sending::SendingConfig(),
                                                      std::make_unique<GateTransport>(), timers,
                                                      clock, random, budget, telemetry),
                      {empty, clock, random, timers, budget, telemetry, ledger});

  EXPECT_THAT(storage.Start(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("create_directory")));
  EXPECT_THAT(storage.Shutdown(clock.Now()), IsOk());
}

// For ThreadSanitizer: whatever the threads do, each span has one outcome.
TEST_F(LaneStorageTest, ManyPipelinesLoseNothing) {
  constexpr int kBatches = 200;
  LaneStorage::Options options = DefaultOptions();
  options.log.segment_size = 2000;
  Life life(files_, options);
  std::vector<std::thread> pipelines;
  for (const LaneId lane : {0, 1}) {
    pipelines.emplace_back([&life, lane] {
      for (int i = 0; i < kBatches; ++i) {
        life.Hand(3, lane);
      }
    });
  }

  life.AnswerAll(uint64_t{2} * 3 * kBatches);

  for (std::thread& pipeline : pipelines) {
    pipeline.join();
  }
  life.WaitUntil([&] { return life.storage_.size() == 0; });
  life.AwaitBalance();
  life.End();
  EXPECT_FALSE(HasSegments(files_));
}

}  // namespace
}  // namespace spanhold::storage
