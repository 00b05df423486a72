#include "src/journal/report.h"

#include <utility>

namespace spanhold::journal {
namespace {

constexpr char kName[] = "journal";

std::string_view FailureMessage(Failure failure) {
  switch (failure) {
    case Failure::kOpen:
      return "cannot be used; trying again";
    case Failure::kWrite:
      return "cannot be written; trying again";
    case Failure::kSync:
      return "the disk does not confirm what was written; trying again with a new file";
    case Failure::kSlow:
      return "the disk is too slow; clients are told to send again later";
    case Failure::kRead:
      return "cannot be read back; trying again";
    case Failure::kRelease:
      return "cannot note what was delivered; after a crash it would be sent again";
    case Failure::kRemove:
      return "cannot remove a file that is done with; trying again";
  }
  return "failed";
}

std::array<Counter*, kFailureCount> FailureCounters(Telemetry& telemetry) {
  std::array<Counter*, kFailureCount> counters{};
  for (size_t i = 0; i < kFailureCount; ++i) {
    counters[i] = &telemetry.AddCounter(
        "spanhold_journal_failures", "Calls of the file system that failed or took too long.",
        {{"kind", std::string(FailureName(static_cast<Failure>(i)))}});
  }
  return counters;
}

}  // namespace

std::string_view FailureName(Failure failure) {
  constexpr std::array<std::string_view, kFailureCount> kNames = {
      "open", "write", "sync", "slow", "read", "release", "remove"};
  return kNames[static_cast<size_t>(failure)];
}

Report::Report(const Clock& clock, Telemetry& telemetry)
    : recorded_requests_(telemetry.AddCounter("spanhold_journal_recorded_requests",
                                              "Requests written to the journal.", {})),
      recorded_spans_(telemetry.AddCounter("spanhold_journal_recorded_spans",
                                           "Spans written to the journal.", {})),
      recorded_bytes_(telemetry.AddCounter("spanhold_journal_recorded_bytes",
                                           "Bytes written to the journal for requests.", {})),
      recovered_requests_(
          telemetry.AddCounter("spanhold_journal_recovered_requests",
                               "Requests of earlier runs that were not delivered yet.", {})),
      recovered_spans_(telemetry.AddCounter("spanhold_journal_recovered_spans",
                                            "Spans of earlier runs that were not delivered yet.",
                                            {})),
      handed_spans_(telemetry.AddCounter("spanhold_journal_handed_spans",
                                         "Spans handed from the journal to pipelines.", {})),
      read_back_spans_(
          telemetry.AddCounter("spanhold_journal_read_back_spans",
                               "Spans handed to pipelines that had to be read from disk.", {})),
      lost_spans_(telemetry.AddCounter("spanhold_journal_lost_spans",
                                       "Spans in entries that were damaged on disk.", {})),
      withdrawn_spans_(telemetry.AddCounter(
          "spanhold_journal_withdrawn_spans",
          "Spans written after their client had been told to send them again.", {})),
      discarded_spans_(
          telemetry.AddCounter("spanhold_journal_discarded_spans",
                               "Spans for an exporter that the configuration has no more.", {})),
      bypassed_(telemetry.AddCounter("spanhold_journal_bypassed_requests",
                                     "Requests taken without the journal (on_error: continue).",
                                     {})),
      damaged_(telemetry.AddCounter("spanhold_journal_damaged_entries",
                                    "Entries, or stretches of them, that were damaged on disk.",
                                    {})),
      torn_tails_(telemetry.AddCounter("spanhold_journal_torn_tails",
                                       "Unfinished writes that were cut from the end of a file.",
                                       {})),
      failures_(FailureCounters(telemetry)),
      waiting_spans_(telemetry.AddGauge("spanhold_journal_waiting_spans",
                                        "Spans on disk only, of this run.", {})),
      unread_bytes_(telemetry.AddGauge("spanhold_journal_unread_bytes",
                                       "Bytes on disk that are still to be read back.", {})),
      disk_bytes_(telemetry.AddGauge("spanhold_journal_disk_bytes", "Size of its files.", {})),
      failing_(telemetry.AddGauge("spanhold_journal_failing",
                                  "1 while it cannot take requests because of an error.", {})),
      sync_duration_(telemetry.AddHistogram(
          "spanhold_journal_sync_duration_seconds", "Time until the disk confirmed a group.", {},
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

void Report::Recovered(uint64_t spans) {
  recovered_requests_.Add(1);
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
  discarded_log_.Log(LogLevel::kError, kName,
                     "spans dropped: they were kept for an exporter that the configuration has no "
                     "more",
                     {{"lane", lane}, {"spans", spans}});
}

void Report::Bypassed() {
  bypassed_.Add(1);
  bypassed_log_.Log(LogLevel::kError, kName,
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
  failure_logs_[index].Log(LogLevel::kError, kName, FailureMessage(failure), {{"error", error}});
}

void Report::LeftAlone(const std::string& path, const Status& why) {
  Log(LogLevel::kWarn, kName, "leaves a file alone; move it away if nobody needs it",
      {{"file", path}, {"because", why}});
}

void Report::Damaged(const std::string& path, const Damage& damage) {
  if (damage.torn_tail) {
    torn_tails_.Add(1);
    Log(LogLevel::kWarn, kName, "cut off a write that was never finished",
        {{"file", path}, {"offset", damage.offset}, {"bytes", damage.size}});
  } else {
    damaged_.Add(1);
    damage_log_.Log(LogLevel::kError, kName, "skipped a damaged entry; its spans are lost",
                    {{"file", path}, {"offset", damage.offset}, {"bytes", damage.size}});
  }
}

void Report::DamagedReleases(const std::string& path, uint64_t records) {
  if (records > 0) {
    Log(LogLevel::kWarn, kName, "damaged notes of what was delivered; it may be sent again",
        {{"file", path}, {"records", records}});
  }
}

void Report::Full(uint64_t max_size) {
  full_log_.Log(LogLevel::kWarn, kName,
                "is full; clients are told to send again later. A backend is down or too slow; "
                "raise service.journal.max_size to ride out longer",
                {{"max_size", max_size}});
}

void Report::Failing(bool failing) {
  if (is_failing_.exchange(failing) == failing) {
    return;
  }
  failing_.Add(failing ? 1 : -1);
  if (!failing) {
    Log(LogLevel::kInfo, kName, "takes requests again");
  }
}

}  // namespace spanhold::journal
