#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <absl/functional/any_invocable.h>

#include "src/config/journal.h"
#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/mutex.h"
#include "src/core/random.h"
#include "src/core/timers.h"
#include "src/core/wakeup.h"
#include "src/files/file_system.h"
#include "src/journal/feed.h"
#include "src/journal/report.h"
#include "src/journal/segment_log.h"
#include "src/otlp/settlement.h"
#include "src/pipeline/ledger.h"
#include "src/pipeline/request_sink.h"

namespace spanhold::journal {

// Keeps each request on disk from before it is answered until every lane has settled it: the
// journal, in front of the pipelines, and an exporter's storage, in front of its lane.
//
//   Admit() -> pending -> written, flushed with all that came meanwhile -> kKept
//                          |-> room and no backlog: handed to the sinks
//                          '-> otherwise its bytes are let go of: backlog -> ReadBack -> sinks
//   OnLaneSettled() -> noted beside the segment; a segment that is settled is deleted
//
// While the disk fails requests are refused; once a second it is tried again. A request that is not
// on the disk after `kPatience` is refused too, and withdrawn should it get there.
//
// Threading: thread-safe once started. One thread of its own, "journal", writes; ReadBack has
// another. Answers are given on the former, or on the timers'. No lock is held while calling
// anything outside.
// Ownership: all that is referred to must outlive it; it must outlive every span it has handed on.
class Journal final : public otlp::SettlementObserver {
 public:
  struct Parts {
    FileSystem& file_system;
    const Clock& clock;
    Random& random;
    Timers& timers;
    MemoryBudget& budget;
    Telemetry& telemetry;
    otlp::SettlementObserver& observer;  // is told of what is settled and lost, too
  };

  struct Problem {
    std::string what;
    Duration age{};
  };

  // What became of a request.
  enum class Verdict {
    kKept,     // on the disk, as `sync` has it, and on its way
    kFull,     // no room within max_size
    kFailing,  // the disk fails
    kSlow,     // the disk did not answer in time
    kClosing,
  };

  // A request and whom to tell; `done` is called once.
  struct Request {
    otlp::ChunkPtr chunk;
    uint32_t route = 0;
    absl::AnyInvocable<void(Verdict)> done;
    std::atomic<bool> answered = false;  // set first by who answers
  };

  Journal(const config::JournalConfig& config, Parts parts, const Naming& naming = {});
  // Close() must have returned if Start() was called.
  ~Journal() override;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Before Start(): a number for the requests that go to all of `sinks`. Every sink is in one.
  uint32_t AddRoute(std::vector<RequestSink*> sinks);
  // `lanes` by LaneId. Never fails: a directory that cannot be used is a problem like others, and
  // heals like them.
  void Start(std::vector<LaneName> lanes);

  void Admit(const std::shared_ptr<Request>& request);

  // After Start(): a queue has room again. An atomic load while there is no backlog.
  void OnRoom();

  // Refuses who comes, and returns when all who came have their answer; nothing more is handed on.
  void CloseIntake();
  // After the lanes have been shut down: writes the last releases and ends.
  void Close();

  void OnLaneSettled(uint64_t sequence, otlp::LaneId lane) override;
  void OnLost(otlp::LaneId lane, uint64_t spans) override { parts_.observer.OnLost(lane, spans); }

  const Report& report() const { return report_; }
  // Why it cannot be written now.
  std::optional<Problem> problem() const;
  // Whether requests that come now go on without it.
  bool is_bypassed() const;
  // Whether the last request found no room on the disk.
  bool is_full() const { return full_; }
  uint64_t max_size() const { return config_.max_size; }
  bool may_be_bypassed() const {
    return config_.on_error == config::JournalConfig::OnError::kContinue;
  }
  void CountBypassed() { report_.Bypassed(); }

 private:
  using RequestPtr = std::shared_ptr<Request>;
  // Where the requests of a route go.
  struct Way {
    std::vector<RequestSink*> sinks;
    Feed* feed = nullptr;
    Destination destination;
  };
  // Everything that waits for the writer.
  struct Work {
    std::vector<RequestPtr> requests;
    std::vector<Release> releases;
    std::vector<Finding> findings;

    bool empty() const { return requests.empty() && releases.empty() && findings.empty(); }
  };

  void BuildFeeds();

  // The writer.
  void Run();
  Work TakeWork();
  std::optional<TimePoint> NextDue() const;
  void DoWhatIsDue();
  void TryAgain();
  Status OpenLog();
  void NoteFindings(const std::vector<Finding>& findings);
  void Write(const std::vector<RequestPtr>& requests);
  size_t WriteGroup(const std::vector<RequestPtr>& requests, size_t begin);
  void Confirm(const std::vector<RequestPtr>& group, SegmentLog::Place place);
  void HandOn(Request& request, const Stretch& entry, uint64_t sequence);
  void Withdraw(const Request& request, uint64_t sequence);
  void Fail(const Status& status);
  void SetProblem(const std::string& problem);

  // Answers.
  static void Answer(Request& request, Verdict verdict);
  void ForgetAnswered();
  void ScheduleExpiry() SPANHOLD_REQUIRES(mutex_);
  void Expire();

  const config::JournalConfig config_;
  const Parts parts_;
  std::vector<LaneName> lanes_;  // constant once started
  Report report_;
  std::vector<Route> routes_;

  std::vector<Way> ways_;  // by route
  std::deque<Feed> feeds_;

  // Of the writer.
  std::unique_ptr<SegmentLog> log_;  // null until it could be opened
  bool failing_ = false;
  std::optional<TimePoint> retry_at_;
  std::optional<TimePoint> sync_at_;

  std::atomic<bool> full_{false};
  std::atomic<bool> stopping_{false};
  Wakeup wakeup_;
  std::thread thread_;

  mutable Mutex mutex_;
  CondVar all_answered_;
  Work work_ SPANHOLD_GUARDED_BY(mutex_);
  bool intake_closed_ SPANHOLD_GUARDED_BY(mutex_) = false;
  bool closed_ SPANHOLD_GUARDED_BY(mutex_) = false;
  std::string problem_ SPANHOLD_GUARDED_BY(mutex_);  // "": none
  TimePoint problem_since_ SPANHOLD_GUARDED_BY(mutex_);
  // Requests in the order they came and until when each has to be answered; some are.
  std::deque<std::pair<TimePoint, RequestPtr>> open_ SPANHOLD_GUARDED_BY(mutex_);
  bool expiry_scheduled_ SPANHOLD_GUARDED_BY(mutex_) = false;
};

// The lanes of `ledger`, by LaneId.
std::vector<LaneName> LaneNames(const Ledger& ledger);

}  // namespace spanhold::journal
