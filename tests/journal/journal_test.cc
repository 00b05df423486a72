#include "src/journal/journal.h"

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/journal/directory.h"
#include "src/journal/journal_intake.h"
#include "src/queue/worker.h"
#include "tests/support/fake_admission.h"
#include "tests/support/fake_file_system.h"
#include "tests/support/make_batch.h"
#include "tests/support/manual_timers.h"
#include "tests/support/status_is.h"

namespace spanhold::journal {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Call = FakeFileSystem::Call;

config::JournalConfig DefaultConfig() {
  config::JournalConfig config;
  config.enabled = true;
  config.directory = "/journal";
  return config;
}

// One life of a daemon with a pipeline to the exporters "a" and "b", and another to "c" with a
// receiver of its own. Workers are never started: a test takes requests out by hand.
class Life {
 public:
  explicit Life(FakeFileSystem& files, const config::JournalConfig& config = DefaultConfig(),
                const std::vector<std::string>& exporters = {"a", "b"})
      : files_(files), config_(config), exporters_(exporters) {
    const uint32_t route = journal_.AddRoute({&worker_});
    intake_.emplace(journal_, route, without_);
    other_intake_.emplace(journal_, journal_.AddRoute({&other_worker_}), without_);
    journal_.Start(LaneNames(ledger_));
  }
  ~Life() { End(); }

  // Returns when the answer is there.
  Status Admit(size_t spans, const std::string& name = "span") {
    Answer answer;
    Send(spans, name, answer);
    return answer.Wait();
  }

  class Answer {
   public:
    void Give(Status status) {
      const MutexLock lock(mutex_);
      status_ = std::move(status);
      given_.NotifyAll();
    }
    Status Wait() {
      const MutexLock lock(mutex_);
      while (!status_) {
        given_.Wait(mutex_);
      }
      return *status_;
    }

   private:
    Mutex mutex_;
    CondVar given_;
    std::optional<Status> status_ SPANHOLD_GUARDED_BY(mutex_);
  };

  void Send(size_t spans, const std::string& name, Answer& answer) {
    SpanSpec span;
    span.name = name;
    intake_->Admit(MakeChunk(std::vector<SpanSpec>(spans, span)), receiver_,
                   [&answer](Status status) { answer.Give(std::move(status)); });
  }

  // To the other pipeline.
  Status AdmitToOther(size_t spans) {
    Answer answer;
    other_intake_->Admit(MakeChunk(NumberedSpans(spans)), receiver_,
                         [&answer](Status status) { answer.Give(std::move(status)); });
    return answer.Wait();
  }

  // The next request, when it is there.
  QueuedRequest TakeOut() { return TakeOutOf(worker_); }
  QueuedRequest TakeOutOf(Worker& worker) {
    QueuedRequest request;
    while (!worker.queue().TryPop(request)) {
      std::this_thread::yield();
    }
    journal_.OnRoom();
    return request;
  }
  static void Settle(const QueuedRequest& request, LaneId lane) {
    request.settlement->Settle(lane, static_cast<uint32_t>(request.chunk->spans.size()));
  }
  // What a lane does with a request at shutdown.
  static void Keep(const QueuedRequest& request, LaneId lane) {
    EXPECT_TRUE(
        request.settlement->TryKeep(lane, static_cast<uint32_t>(request.chunk->spans.size())));
  }
  static void SettleAll(const QueuedRequest& request) {
    for (const LaneId lane : {0, 1, 2}) {
      if (request.settlement->Wants(lane)) {
        Settle(request, lane);
      }
    }
  }
  static std::string BytesOf(const QueuedRequest& request) {
    return std::string(request.chunk->bytes.view());
  }

  // As the service does it: what is queued stays in the journal.
  void End() {
    if (ended_) {
      return;
    }
    ended_ = true;
    journal_.CloseIntake();
    for (Worker* worker : {&worker_, &other_worker_}) {
      QueuedRequest request;
      while (worker->queue().TryPop(request)) {
        worker->account().Dropped(
            TraceBatch::Whole(std::move(request.chunk), std::move(request.settlement)),
            DropReason::kShutdown);
      }
    }
    journal_.Close();
  }

  void WaitUntil(const std::function<bool()>& condition) {
    while (!condition()) {
      std::this_thread::yield();
    }
  }
  // All that the journal has said is settled: its numbers add up.
  void ExpectBalanced() const {
    const Report& report = journal_.report();
    EXPECT_EQ(report.recorded_spans() + report.recovered_spans(),
              report.handed_spans() + report.lost_spans() + report.withdrawn_spans() +
                  static_cast<uint64_t>(report.waiting_spans()));
  }

  FakeFileSystem& files_;
  const config::JournalConfig config_;
  const std::vector<std::string> exporters_;
  ManualClock clock_;
  ManualTimers timers_{clock_};
  Random random_{1};
  MemoryBudget budget_{1 << 20};
  Telemetry telemetry_;
  Ledger ledger_{telemetry_, clock_};
  ReceiverAccount& receiver_ = ledger_.AddReceiver("otlp", "grpc");
  Worker worker_{
      ledger_.AddPipeline("traces", exporters_), {.spans = 10, .bytes = 1 << 20}, clock_};
  Worker other_worker_{
      ledger_.AddPipeline("traces/2", {"c"}), {.spans = 10, .bytes = 1 << 20}, clock_};
  FakeAdmission without_;
  Journal journal_{config_, {files_, clock_, random_, timers_, budget_, telemetry_, ledger_}};

 private:
  std::optional<JournalIntake> intake_;
  std::optional<JournalIntake> other_intake_;
  bool ended_ = false;
};

std::vector<std::string> Segments(const FakeFileSystem& files) {
  std::vector<std::string> segments;
  for (const std::string& path : files.Paths()) {
    if (path.ends_with(".seg")) {
      segments.push_back(path);
    }
  }
  return segments;
}

class JournalTest : public testing::Test {
 protected:
  FakeFileSystem files_;
};

TEST_F(JournalTest, ARequestIsOnTheDiskBeforeItIsAnswered) {
  Life life(files_);

  EXPECT_THAT(life.Admit(1, "first"), IsOk());

  ASSERT_THAT(Segments(files_), SizeIs(1));
  EXPECT_THAT(files_.Content(Segments(files_)[0]), HasSubstr("first"));
  EXPECT_EQ(life.receiver_.accepted_spans(), 1U);
}

TEST_F(JournalTest, WhatEveryLaneHasSettledIsDeleted) {
  Life life(files_);
  ASSERT_THAT(life.Admit(3), IsOk());

  Life::SettleAll(life.TakeOut());
  life.End();

  EXPECT_THAT(Segments(files_), IsEmpty());
  EXPECT_EQ(life.journal_.report().disk_bytes(), 0);
}

TEST_F(JournalTest, AfterARestartALaneGetsWhatItHadNotSettled) {
  {
    Life life(files_);
    ASSERT_THAT(life.Admit(1, "half"), IsOk());
    ASSERT_THAT(life.Admit(1, "whole"), IsOk());
    ASSERT_THAT(life.Admit(1, "none"), IsOk());
    const QueuedRequest half = life.TakeOut();
    Life::Settle(half, 0);
    Life::Keep(half, 1);
    Life::SettleAll(life.TakeOut());
  }

  Life life(files_);
  const QueuedRequest half = life.TakeOut();
  const QueuedRequest none = life.TakeOut();

  EXPECT_THAT(Life::BytesOf(half), HasSubstr("half"));
  EXPECT_FALSE(half.settlement->Wants(0));
  EXPECT_TRUE(half.settlement->Wants(1));
  EXPECT_THAT(Life::BytesOf(none), HasSubstr("none"));
  EXPECT_TRUE(none.settlement->Wants(0));
  EXPECT_TRUE(none.settlement->Wants(1));
  Life::SettleAll(half);
  Life::SettleAll(none);
  life.WaitUntil([&] { return Segments(files_).empty(); });
  EXPECT_EQ(life.worker_.queue().spans(), 0U);
  EXPECT_EQ(life.journal_.report().recovered_spans(), 2U);
  life.ExpectBalanced();
}

TEST_F(JournalTest, WhatTheQueueHasNoRoomForIsReadBackInOrder) {
  Life life(files_);
  for (char name = 'a'; name < 'k'; ++name) {
    ASSERT_THAT(life.Admit(4, std::string(5, name)), IsOk());
  }
  EXPECT_EQ(life.worker_.queue().spans(), 8U);
  EXPECT_EQ(life.journal_.report().waiting_spans(), 32);
  EXPECT_LT(life.budget_.used(), uint64_t{1} << 12U);

  std::string from_memory;
  std::string from_disk;  // the queue keeps the order of each alone
  for (int i = 0; i < 10; ++i) {
    const QueuedRequest request = life.TakeOut();
    const std::string bytes = Life::BytesOf(request);
    const char name = bytes.back();
    (name < 'c' ? from_memory : from_disk).push_back(name);
    Life::SettleAll(request);
  }

  EXPECT_EQ(from_memory, "ab");
  EXPECT_EQ(from_disk, "cdefghij");
  life.WaitUntil([&] { return life.journal_.report().waiting_spans() == 0; });
  life.ExpectBalanced();
  life.End();
  EXPECT_THAT(Segments(files_), IsEmpty());
}

TEST_F(JournalTest, WhatComesWaitsBehindWhatIsOnDiskOnly) {
  Life life(files_);
  ASSERT_THAT(life.Admit(10, "first"), IsOk());
  ASSERT_THAT(life.Admit(10, "second"), IsOk());
  ASSERT_THAT(life.Admit(1, "third"), IsOk());

  for (const char* name : {"first", "second", "third"}) {
    const QueuedRequest request = life.TakeOut();
    EXPECT_THAT(Life::BytesOf(request), HasSubstr(name));
    Life::SettleAll(request);
  }
}

TEST_F(JournalTest, APipelineWithoutRoomDoesNotHoldBackAnother) {
  {
    Life life(files_);
    for (int i = 0; i < 3; ++i) {
      ASSERT_THAT(life.Admit(10), IsOk());
      ASSERT_THAT(life.AdmitToOther(10), IsOk());
    }

    for (int i = 0; i < 2; ++i) {
      Life::SettleAll(life.TakeOutOf(life.other_worker_));
    }
    EXPECT_EQ(life.worker_.account().accepted(), 10U);
  }

  Life life(files_);
  Life::SettleAll(life.TakeOutOf(life.other_worker_));
  for (int i = 0; i < 3; ++i) {
    Life::SettleAll(life.TakeOut());
  }
  life.WaitUntil([&] { return Segments(files_).empty(); });
  EXPECT_EQ(life.journal_.report().recovered_spans(), 40U);
  life.ExpectBalanced();
}

TEST_F(JournalTest, WithLittleMemoryLeftRequestsGoToDiskOnly) {
  Life life(files_);
  Reservation others = life.budget_.Reserve((1 << 19) + 1);

  ASSERT_THAT(life.Admit(1), IsOk());

  EXPECT_EQ(life.worker_.queue().spans(), 0U);
  others.Release();
  life.journal_.OnRoom();
  Life::SettleAll(life.TakeOut());
}

TEST_F(JournalTest, PastMaxSizeClientsAreToldToRetryUntilThereIsRoom) {
  config::JournalConfig config = DefaultConfig();
  config.max_size = 4000;
  config.segment_size = 400;
  Life life(files_, config);
  size_t accepted = 0;
  Status answer = life.Admit(5);
  for (; answer.ok(); answer = life.Admit(5)) {
    ++accepted;
  }

  EXPECT_THAT(answer, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("full")));
  EXPECT_TRUE(life.journal_.is_full());
  EXPECT_EQ(life.receiver_.refused_spans(), 5U);
  for (size_t i = 0; i < accepted; ++i) {
    Life::SettleAll(life.TakeOut());
  }
  while (!life.Admit(5).ok()) {
  }
  EXPECT_FALSE(life.journal_.is_full());
}

// Append: the disk is full or broken. Sync: what it covered cannot be trusted.
class JournalFailureTest : public JournalTest, public testing::WithParamInterface<Call> {};

TEST_P(JournalFailureTest, ClientsAreToldToRetryAndItHeals) {
  {
    Life life(files_);
    ASSERT_THAT(life.Admit(1, "before"), IsOk());
    files_.Fail(GetParam(), absl::DataLossError("EIO"));

    const Status answer = life.Admit(1, "during");

    EXPECT_THAT(answer, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("send again later")));
    ASSERT_TRUE(life.journal_.problem());
    EXPECT_THAT(life.journal_.problem()->what, HasSubstr("EIO"));
    files_.Fail(GetParam(), absl::OkStatus());
    life.clock_.Advance(std::chrono::seconds(1));
    EXPECT_THAT(life.Admit(1, "after"), IsOk());
    EXPECT_FALSE(life.journal_.problem());
  }

  Life life(files_);
  const QueuedRequest before = life.TakeOut();
  const QueuedRequest after = life.TakeOut();

  EXPECT_THAT(Life::BytesOf(before), HasSubstr("before"));
  EXPECT_THAT(Life::BytesOf(after), HasSubstr("after"));
  Life::SettleAll(before);
  Life::SettleAll(after);
  life.WaitUntil([&] { return Segments(files_).empty(); });
}

INSTANTIATE_TEST_SUITE_P(Calls, JournalFailureTest, testing::Values(Call::kAppend, Call::kSync),
                         [](const auto& test) {
                           return test.param == Call::kAppend ? "Append" : "Sync";
                         });

TEST_F(JournalTest, ADirectoryThatCannotBeUsedHeals) {
  files_.Fail(Call::kCreateDirectories, absl::PermissionDeniedError("read-only"));
  Life life(files_);

  EXPECT_THAT(life.Admit(1), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("journal")));
  EXPECT_THAT(life.journal_.problem()->what, HasSubstr("read-only"));
  EXPECT_FALSE(life.journal_.is_bypassed());

  files_.Fail(Call::kCreateDirectories, absl::OkStatus());
  life.clock_.Advance(std::chrono::seconds(1));
  EXPECT_THAT(life.Admit(1), IsOk());
}

TEST_F(JournalTest, GoesOnWithoutItWhereTheConfigurationSaysSo) {
  files_.Fail(Call::kLock, absl::FailedPreconditionError("in use by another process"));
  config::JournalConfig config = DefaultConfig();
  config.on_error = config::JournalConfig::OnError::kContinue;
  Life life(files_, config);

  EXPECT_THAT(life.Admit(2), IsOk());

  EXPECT_THAT(life.without_.chunks(), SizeIs(1));
  EXPECT_EQ(life.receiver_.accepted_spans(), 2U);
  EXPECT_EQ(life.journal_.report().bypassed_requests(), 1U);
  EXPECT_TRUE(life.journal_.is_bypassed());
}

TEST_F(JournalTest, ASlowDiskIsAnsweredForAndWhatItTakesLateIsNotReplayed) {
  {
    Life life(files_);
    ASSERT_THAT(life.Admit(1, "before"), IsOk());
    files_.SetSyncsHeld(true);
    Life::Answer slow;
    life.Send(1, "slow", slow);
    files_.WaitForSyncs(2);

    life.timers_.Advance(std::chrono::seconds(5));

    EXPECT_THAT(slow.Wait(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("in time")));
    EXPECT_THAT(life.journal_.problem()->what, HasSubstr("in time"));
    files_.SetSyncsHeld(false);
    ASSERT_THAT(life.Admit(1, "after"), IsOk());
    EXPECT_FALSE(life.journal_.problem());
    EXPECT_EQ(life.journal_.report().withdrawn_spans(), 1U);
    life.ExpectBalanced();
  }

  Life life(files_);
  for (const char* name : {"before", "after"}) {
    const QueuedRequest request = life.TakeOut();
    EXPECT_THAT(Life::BytesOf(request), HasSubstr(name));
    Life::SettleAll(request);
  }
}

TEST_F(JournalTest, ADamagedEntryIsSkippedAndTheOthersAreHandedOn) {
  {
    Life life(files_);
    for (const char* name : {"first", "damaged", "third"}) {
      ASSERT_THAT(life.Admit(1, name), IsOk());
    }
  }
  const std::string path = Segments(files_).at(0);
  std::string content = files_.Content(path);
  content[content.find("damaged")] ^= 1;
  files_.Put(path, content);

  Life life(files_);
  for (const char* name : {"first", "third"}) {
    const QueuedRequest request = life.TakeOut();
    EXPECT_THAT(Life::BytesOf(request), HasSubstr(name));
    Life::SettleAll(request);
  }

  EXPECT_EQ(life.journal_.report().damaged_entries(), 1U);
}

TEST_F(JournalTest, SpansForAnExporterThatIsGoneAreDiscardedAndCounted) {
  {
    Life life(files_);
    ASSERT_THAT(life.Admit(3), IsOk());
  }

  Life life(files_, DefaultConfig(), {"a"});
  const QueuedRequest request = life.TakeOut();

  EXPECT_TRUE(request.settlement->Wants(0));
  Life::Settle(request, 0);
  life.WaitUntil([&] { return Segments(files_).empty(); });
  EXPECT_EQ(life.journal_.report().discarded_spans(), 3U);
}

TEST_F(JournalTest, RefusesWhoComesAfterTheIntakeWasClosed) {
  Life life(files_);
  life.End();

  EXPECT_THAT(life.Admit(1), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("shutting down")));
}

TEST_F(JournalTest, ARequestWithoutSpansIsAcceptedAndNotWritten) {
  Life life(files_);

  EXPECT_THAT(life.Admit(0), IsOk());

  EXPECT_EQ(life.receiver_.accepted_requests(), 1U);
  EXPECT_EQ(life.journal_.report().recorded_spans(), 0U);
}

TEST_F(JournalTest, WithAnIntervalRequestsAreFlushedLater) {
  config::JournalConfig config = DefaultConfig();
  config.sync = config::JournalConfig::Sync::kInterval;
  Life life(files_, config);
  ASSERT_THAT(life.Admit(1), IsOk());

  life.clock_.Advance(config.interval);
  ASSERT_THAT(life.Admit(1), IsOk());

  files_.WaitForSyncs(1);
}

// For ThreadSanitizer: whatever the threads do, as many spans come out as were accepted.
TEST_F(JournalTest, ManySendersLoseNothing) {
  constexpr int kSenders = 4;
  constexpr int kRequests = 100;
  Life life(files_);
  std::vector<std::thread> senders;
  for (int sender = 0; sender < kSenders; ++sender) {
    senders.emplace_back([&life] {
      for (int i = 0; i < kRequests; ++i) {
        EXPECT_THAT(life.Admit(3), IsOk());
      }
    });
  }

  for (int i = 0; i < kSenders * kRequests; ++i) {
    Life::SettleAll(life.TakeOut());
  }

  for (std::thread& sender : senders) {
    sender.join();
  }
  life.End();
  EXPECT_EQ(life.receiver_.accepted_spans(), uint64_t{3} * kSenders * kRequests);
  EXPECT_EQ(life.journal_.report().handed_spans(), uint64_t{3} * kSenders * kRequests);
  life.ExpectBalanced();
  EXPECT_THAT(Segments(files_), IsEmpty());
}

}  // namespace
}  // namespace spanhold::journal
