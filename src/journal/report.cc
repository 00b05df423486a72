#include "src/journal/report.h"

#include <utility>

namespace spanhold::journal {
namespace {

std::string_view FailureMessage(Failure failure) {
  switch (failure) {
    case Failure::kOpen:
      return "cannot be used; trying again";
    case Failure::kWrite:
      return "cannot be written; trying again";
    case Failure::kSync:
      return "the disk does not confirm what was written; trying again with a new file";
    case Failure::kSlow:
      return "the disk is too slow; what waits for it is refused";
    case Failure::kRead:
      return "cannot be read back; trying again";
    case Failure::kRelease:
      return "cannot note what was delivered; after a crash it would be sent again";
    case Failure::kRemove:
      return "cannot remove a file that is done with; trying again";
  }
  return "failed";
}

}  // namespace

std::string_view FailureName(Failure failure) {
  constexpr std::array<std::string_view, kFailureCount> kNames = {
      "open", "write", "sync", "slow", "read", "release", "remove"};
  return kNames[static_cast<size_t>(failure)];
}

// Adds metrics under a log's own name.
class Report::Metrics {
 public:
  Metrics(const Naming& naming, Telemetry& telemetry) : naming_(naming), telemetry_(telemetry) {}

  Counter& AddCounter(const std::string& name, const std::string& help) const {
    return telemetry_.AddCounter(naming_.metrics + name, help, naming_.labels);
  }
  Gauge& AddGauge(const std::string& name, const std::string& help) const {
    return telemetry_.AddGauge(naming_.metrics + name, help, naming_.labels);
  }
  Histogram& AddHistogram(const std::string& name, const std::string& help,
                          std::vector<double> bounds) const {
    return telemetry_.AddHistogram(naming_.metrics + name, help, naming_.labels, std::move(bounds));
  }
  std::array<Counter*, kFailureCount> AddFailures() const {
    std::array<Counter*, kFailureCount> counters{};
    for (size_t i = 0; i < kFailureCount; ++i) {
      MetricLabels labels = naming_.labels;
      labels.emplace_back("kind", FailureName(static_cast<Failure>(i)));
      counters[i] = &telemetry_.AddCounter(naming_.metrics + "_failures",
                                           "Calls of the file system that failed or took too long.",
                                           std::move(labels));
    }
    return counters;
  }

 private:
  const Naming& naming_;
  Telemetry& telemetry_;
};

Report::Report(const Clock& clock, Telemetry& telemetry, const Naming& naming)
    : Report(clock, Metrics(naming, telemetry), naming) {}

Report::Report(const Clock& clock, const Metrics& add, const Naming& naming)
    : naming_(naming),
      recorded_requests_(add.AddCounter("_recorded_requests", "Requests written to disk.")),
      recorded_spans_(add.AddCounter("_recorded_spans", "Spans written to disk.")),
      recorded_bytes_(add.AddCounter("_recorded_bytes", "Bytes written to disk for requests.")),
      recovered_requests_(add.AddCounter("_recovered_requests",
                                         "Requests of earlier runs that were not delivered yet.")),
      recovered_spans_(
          add.AddCounter("_recovered_spans", "Spans of earlier runs that were not delivered yet.")),
      handed_spans_(add.AddCounter("_handed_spans", "Spans handed on.")),
      read_back_spans_(
          add.AddCounter("_read_back_spans", "Spans handed on that had to be read from disk.")),
      lost_spans_(add.AddCounter("_lost_spans", "Spans in entries that were damaged on disk.")),
      withdrawn_spans_(add.AddCounter(
          "_withdrawn_spans", "Spans written after they had been refused for a slow disk.")),
      discarded_spans_(add.AddCounter("_discarded_spans",
                                      "Spans for an exporter that the configuration has no more.")),
      bypassed_(add.AddCounter("_bypassed_requests",
                               "Requests taken without being kept (on_error: continue).")),
      damaged_(add.AddCounter("_damaged_entries",
                              "Entries, or stretches of them, that were damaged on disk.")),
      torn_tails_(
          add.AddCounter("_torn_tails", "Unfinished writes that were cut from the end of a file.")),
      failures_(add.AddFailures()),
      waiting_spans_(add.AddGauge("_waiting_spans", "Spans on disk only.")),
      unread_bytes_(add.AddGauge("_unread_bytes", "Bytes on disk that are still to be read back.")),
      disk_bytes_(add.AddGauge("_disk_bytes", "Size of its files.")),
      failing_(add.AddGauge("_failing", "1 while it cannot take requests because of an error.")),
      sync_duration_(
          add.AddHistogram("_sync_duration_seconds", "Time until the disk confirmed a group.",
                           {0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10})),
      failure_logs_{LogLimiter(clock), LogLimiter(clock), LogLimiter(clock), LogLimiter(clock),
                    LogLimiter(clock), LogLimiter(clock), LogLimiter(clock)},
      damage_log_(clock),
      discarded_log_(clock),
      full_log_(clock),
      bypassed_log_(clock) {}

void Report::Recorded(uint64_t requests, uint64_t spans, uint64_t bytes) {
  recorded_requests_.Add(requests);
  recorded_spans_.Add(spans);
  recorded_bytes_.Add(bytes);
}

void Report::Recovered(uint64_t requests, uint64_t spans) {
  recovered_requests_.Add(requests);
  recovered_spans_.Add(spans);
}

void Report::Handed(uint64_t spans, bool read_back) {
  handed_spans_.Add(spans);
  read_back_spans_.Add(read_back ? spans : 0);
}

void Report::Lost(uint64_t spans) {
  lost_spans_.Add(spans);
}

void Report::Withdrawn(uint64_t spans) {
  withdrawn_spans_.Add(spans);
}

void Report::Discarded(const std::string& lane, uint64_t spans) {
  discarded_spans_.Add(spans);
  discarded_log_.Log(LogLevel::kError, naming_.in_log,
                     "spans dropped: they were kept for an exporter that the configuration has no "
                     "more",
                     {{"lane", lane}, {"spans", spans}});
}

void Report::Bypassed() {
  bypassed_.Add(1);
  bypassed_log_.Log(LogLevel::kError, naming_.in_log,
                    "takes requests without keeping them: on_error is continue");
}

void Report::Waiting(int64_t spans, int64_t bytes) {
  waiting_spans_.Add(spans);
  unread_bytes_.Add(bytes);
}

void Report::DiskBytes(int64_t added) {
  disk_bytes_.Add(added);
}

void Report::Synced(Duration took) {
  sync_duration_.Observe(std::chrono::duration<double>(took).count());
}

void Report::Failed(Failure failure, const Status& error) {
  const auto index = static_cast<size_t>(failure);
  failures_[index]->Add(1);
  failure_logs_[index].Log(LogLevel::kError, naming_.in_log, FailureMessage(failure),
                           {{"error", error}});
}

void Report::LeftAlone(const std::string& path, const Status& why) {
  Log(LogLevel::kWarn, naming_.in_log, "leaves a file alone; move it away if nobody needs it",
      {{"file", path}, {"because", why}});
}

void Report::Damaged(const std::string& path, const Damage& damage) {
  if (damage.torn_tail) {
    torn_tails_.Add(1);
    Log(LogLevel::kWarn, naming_.in_log, "cut off a write that was never finished",
        {{"file", path}, {"offset", damage.offset}, {"bytes", damage.size}});
  } else {
    damaged_.Add(1);
    damage_log_.Log(LogLevel::kError, naming_.in_log, "skipped a damaged entry; its spans are lost",
                    {{"file", path}, {"offset", damage.offset}, {"bytes", damage.size}});
  }
}

void Report::DamagedReleases(const std::string& path, uint64_t records) {
  if (records > 0) {
    Log(LogLevel::kWarn, naming_.in_log,
        "damaged notes of what was delivered; it may be sent again",
        {{"file", path}, {"records", records}});
  }
}

void Report::Full(uint64_t max_size) {
  full_log_.Log(
      LogLevel::kWarn, naming_.in_log,
      "is full; a backend is down or too slow. Raise " + naming_.max_size + " to ride out longer",
      {{"max_size", max_size}});
}

void Report::Failing(bool failing) {
  if (is_failing_.exchange(failing) == failing) {
    return;
  }
  failing_.Add(failing ? 1 : -1);
  if (!failing) {
    Log(LogLevel::kInfo, naming_.in_log, "takes requests again");
  }
}

}  // namespace spanhold::journal
