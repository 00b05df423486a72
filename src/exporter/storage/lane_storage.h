#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/config/journal.h"
#include "src/core/clock.h"
#include "src/core/log.h"
#include "src/core/memory_budget.h"
#include "src/core/mutex.h"
#include "src/core/random.h"
#include "src/core/timers.h"
#include "src/exporter/sending/config.h"
#include "src/files/file_system.h"
#include "src/journal/journal.h"
#include "src/pipeline/exporter.h"
#include "src/pipeline/ledger.h"

namespace spanhold::storage {

// `sending_queue.storage`: what stands before an exporter's lane and keeps its queue on disk, in a
// log of the journal's kind.
//
//   Consume() -> written -> room in the lane and nothing older on disk only: lane
//                        '-> otherwise read back when there is room -> lane
//
// - Once a batch is written it ends where it came from (Stored()), so that neither the memory nor
//   the journal waits for this exporter's backend. What the lane makes of the copy counts in the
//   same account.
// - The queue's size is all that is not settled yet, here and in the lane. When it is full,
//   block_on_overflow decides as in a lane. Only a small part of it is in the lane at a time.
// - While its disk fails: with block_on_overflow what was refused waits, and HasRoom() is false until
//   it is written; without, it is dropped (kStorageFailed).
// - What is not settled at Shutdown() stays on disk (Kept()), and counts as handed to the lane again
//   after the next start.
//
// Threading: thread-safe. No lock is held while calling the log, the lane, an account or a listener.
// Ownership: owns the lane; all that is referred to must outlive it, and the timers must have stopped
// before it is destroyed.
class LaneStorage final : public Exporter, private otlp::SettlementObserver {
 public:
  struct Options {
    config::JournalConfig log;   // its directory is this exporter's alone
    std::string parent;          // of that directory
    bool create_parent = false;  // else it has to be there
    uint32_t parent_mode = 0;    // when it is created
    sending::QueueConfig queue;
  };

  struct Parts {
    FileSystem& file_system;
    const Clock& clock;
    Random& random;
    Timers& timers;
    MemoryBudget& budget;
    Telemetry& telemetry;
    Ledger& ledger;
  };

  // `lane` never drops for want of room.
  LaneStorage(std::string id, Options options, std::unique_ptr<Exporter> lane, Parts parts);
  ~LaneStorage() override;
  LaneStorage(const LaneStorage&) = delete;
  LaneStorage& operator=(const LaneStorage&) = delete;

  void AddLane(LaneAccount& account) override;
  // An error when the directory is missing and may not be created; any other trouble with it heals.
  [[nodiscard]] Status Start() override;
  // The lane sends until `deadline` what it has; what is on disk only is not touched any more.
  void Drain(Deadline deadline) override;
  // Drain(), and the end of the log.
  [[nodiscard]] Status Shutdown(Deadline deadline) override;

  void Consume(TraceBatch batch, LaneAccount& account) override;
  uint64_t HeldSpans(const LaneAccount& account) const override;
  bool HasRoom() const override;
  void AddRoomListener(std::function<void()> listener) override;
  std::optional<Trouble> trouble() const override { return lane_->trouble(); }

  const std::string& id() const { return id_; }
  const journal::Journal& log() const { return log_; }
  bool is_blocking() const { return blocking_; }
  // In units of the queue's sizer.
  int64_t size() const;
  int64_t capacity() const { return options_.queue.queue_size; }

 private:
  using Verdict = journal::Journal::Verdict;
  class Way;
  struct Item;
  using ItemPtr = std::shared_ptr<Item>;  // last owner: the log, or the list of what waits

  void Write(const ItemPtr& item);
  void OnVerdict(const ItemPtr& item, Verdict verdict);
  void ScheduleRetry() SPANHOLD_REQUIRES(mutex_);
  void Retry();
  void Refuse(const Item& item, DropReason reason);
  void TellRoom();
  bool IsFull() const SPANHOLD_REQUIRES(mutex_);

  bool TryReserve();
  void Unreserve();
  void Take(Way& way, LoggedRequest request);
  void OnFound(Way& way, uint64_t requests, uint64_t spans, uint64_t bytes);
  void OnLost(Way& way, uint64_t spans);
  void ForgetRest(Way& way) SPANHOLD_REQUIRES(mutex_);

  void OnLaneSettled(uint64_t sequence, LaneId lane) override;
  void OnLost(LaneId lane, uint64_t spans) override { parts_.ledger.OnLost(lane, spans); }

  // Constant once started.
  const std::string id_;
  const Options options_;
  const bool blocking_;
  const size_t window_;  // requests in the lane
  const std::unique_ptr<Exporter> lane_;
  const Parts parts_;
  std::map<const LaneAccount*, std::unique_ptr<Way>> ways_;
  std::vector<std::function<void()>> listeners_;

  Gauge& queue_size_;
  Counter& enqueue_failed_;
  LogLimiter dropped_log_;

  mutable Mutex mutex_;
  CondVar written_;
  bool running_ SPANHOLD_GUARDED_BY(mutex_) = false;
  bool draining_ SPANHOLD_GUARDED_BY(mutex_) = false;
  int64_t size_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  size_t reserved_ SPANHOLD_GUARDED_BY(mutex_) = 0;  // of the window
  // In the lane: size by sequence.
  std::map<uint64_t, int64_t> in_lane_ SPANHOLD_GUARDED_BY(mutex_);
  // Refused by a failing disk and not written yet: how many, and those that wait for the next try.
  size_t unwritten_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  std::deque<ItemPtr> waiting_ SPANHOLD_GUARDED_BY(mutex_);
  bool retry_scheduled_ SPANHOLD_GUARDED_BY(mutex_) = false;

  journal::Journal log_;
};

}  // namespace spanhold::storage
