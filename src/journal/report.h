#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "src/core/clock.h"
#include "src/core/log.h"
#include "src/core/status.h"
#include "src/journal/segment_reader.h"
#include "src/pipeline/telemetry.h"

namespace spanhold::journal {

// What went wrong, for the counter of failures.
enum class Failure { kOpen, kWrite, kSync, kSlow, kRead, kRelease, kRemove };
inline constexpr size_t kFailureCount = 7;
std::string_view FailureName(Failure failure);

// What a log on disk calls itself, the journal or an exporter's storage.
struct Naming {
  std::string in_log = "journal";
  std::string metrics = "spanhold_journal";
  MetricLabels labels = {};
  std::string max_size = "service.journal.max_size";  // the key that bounds it
};

// What the journal says about itself: its metrics and its log lines. Whatever a disk can cause again
// and again is limited to one line a minute for each kind.
//
//   recorded + recovered = handed on + lost + withdrawn + waiting        (spans)
//
// Counts, under the naming's name: spanhold_journal_recorded_{requests,spans,bytes}, _recovered_{requests,spans},
//         _handed_spans, _lost_spans, _withdrawn_spans, _discarded_spans, _read_back_spans,
//         _bypassed_requests, _waiting_spans, _unread_bytes, _disk_bytes, _failing,
//         _failures{kind}, _damaged_entries, _torn_tails, _sync_duration_seconds.
//
// Threading: thread-safe. Ownership: `clock` and `telemetry` must outlive it.
class Report {
 public:
  Report(const Clock& clock, Telemetry& telemetry, const Naming& naming = {});

  // Requests made durable.
  void Recorded(uint64_t requests, uint64_t spans, uint64_t bytes);
  // Requests of an earlier run that some lane still wants.
  void Recovered(uint64_t requests, uint64_t spans);
  // A request was handed to its pipelines; `read_back`: from the disk.
  void Handed(uint64_t spans, bool read_back);
  // Recorded spans that cannot be read any more.
  void Lost(uint64_t spans);
  // Recorded after their client had been told to send them again.
  void Withdrawn(uint64_t spans);
  // Spans of a lane that the configuration has no more.
  void Discarded(const std::string& lane, uint64_t spans);
  // Taken without the journal: on_error is `continue`.
  void Bypassed();
  // Spans and bytes that are on the disk only.
  void Waiting(int64_t spans, int64_t bytes);

  void DiskBytes(int64_t added);
  void Synced(Duration took);
  void Failed(Failure failure, const Status& error);
  void LeftAlone(const std::string& path, const Status& why);
  void Damaged(const std::string& path, const Damage& damage);
  void DamagedReleases(const std::string& path, uint64_t records);
  void Full(uint64_t max_size);
  // The journal takes requests (again), or does not.
  void Failing(bool failing);

  const std::string& name() const { return naming_.in_log; }
  uint64_t recorded_spans() const { return recorded_spans_.count(); }
  uint64_t recovered_spans() const { return recovered_spans_.count(); }
  uint64_t handed_spans() const { return handed_spans_.count(); }
  uint64_t lost_spans() const { return lost_spans_.count(); }
  uint64_t withdrawn_spans() const { return withdrawn_spans_.count(); }
  uint64_t discarded_spans() const { return discarded_spans_.count(); }
  uint64_t bypassed_requests() const { return bypassed_.count(); }
  uint64_t damaged_entries() const { return damaged_.count(); }
  uint64_t torn_tails() const { return torn_tails_.count(); }
  uint64_t failures(Failure failure) const {
    return failures_[static_cast<size_t>(failure)]->count();
  }
  int64_t waiting_spans() const { return waiting_spans_.level(); }
  int64_t unread_bytes() const { return unread_bytes_.level(); }
  int64_t disk_bytes() const { return disk_bytes_.level(); }

 private:
  class Metrics;
  Report(const Clock& clock, const Metrics& add, const Naming& naming);

  const Naming naming_;
  Counter& recorded_requests_;
  Counter& recorded_spans_;
  Counter& recorded_bytes_;
  Counter& recovered_requests_;
  Counter& recovered_spans_;
  Counter& handed_spans_;
  Counter& read_back_spans_;
  Counter& lost_spans_;
  Counter& withdrawn_spans_;
  Counter& discarded_spans_;
  Counter& bypassed_;
  Counter& damaged_;
  Counter& torn_tails_;
  std::array<Counter*, kFailureCount> failures_;
  Gauge& waiting_spans_;
  Gauge& unread_bytes_;
  Gauge& disk_bytes_;
  Gauge& failing_;
  Histogram& sync_duration_;

  std::array<LogLimiter, kFailureCount> failure_logs_;
  LogLimiter damage_log_;
  LogLimiter discarded_log_;
  LogLimiter full_log_;
  LogLimiter bypassed_log_;
  std::atomic<bool> is_failing_{false};
};

}  // namespace spanhold::journal
