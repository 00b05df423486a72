#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/wakeup.h"
#include "src/files/file_system.h"
#include "src/journal/backlog.h"
#include "src/journal/handover.h"
#include "src/journal/releases.h"
#include "src/journal/report.h"
#include "src/journal/segment_reader.h"

namespace spanhold::journal {

// What was found in a segment of an earlier run, for its SegmentLog.
struct Finding {
  uint64_t segment = 0;
  uint64_t unsettled = 0;  // pairs of an entry and a lane that wants it
  bool read_through = false;
  std::optional<uint64_t> cut_to;  // its tail is torn from there
};

// Reads a feed's backlog from disk, oldest first, and hands it to the sinks as they have room and
// memory is free. What earlier runs left is counted before the first of it is handed on.
//
// Threading: a thread of its own, "journal-read"; Wake() is thread-safe, the rest is bound to the
// thread that builds the service. Ownership: all that is referred to must outlive it.
class ReadBack {
 public:
  struct Parts {
    FileSystem& file_system;
    const Clock& clock;
    MemoryBudget& budget;
    Backlog& backlog;
    Handover& handover;
    Report& report;
  };

  // `is_first` of all feeds, which each read the segments of earlier runs: tells what concerns all.
  // `found` is called on the thread, before what was found is handed on.
  ReadBack(std::string directory, std::vector<LaneName> lanes, bool is_first, Parts parts,
           std::function<void(Finding)> found);
  // Stop() must have returned if Start() was called.
  ~ReadBack();
  ReadBack(const ReadBack&) = delete;
  ReadBack& operator=(const ReadBack&) = delete;

  void Start();
  // Something was added, or a queue or the budget has room.
  void Wake() { wakeup_.Notify(); }
  void Stop();

 private:
  // One segment while it is read.
  struct Source {
    uint64_t segment = 0;
    std::unique_ptr<SegmentReader> reader;
    Releases releases;  // of an earlier run
  };
  // One entry on its way.
  struct Entry {
    otlp::ChunkPtr chunk;
    uint64_t spans = 0;
    uint64_t sequence = 0;
    Destination destination;
    std::vector<std::string> gone;  // lanes that want it and that the configuration has no more
    uint64_t end = 0;               // offset of the one after it
  };
  // What a step leaves to do: go on, or wait for news until a time, or for news alone.
  struct Then {
    bool wait = false;
    std::optional<TimePoint> until;
  };

  void Run();
  Then Step();
  void Count(const Stretch& stretch);
  void Recover(const Stretch& stretch, uint64_t requests, uint64_t spans, uint64_t bytes);
  Status Open(const Stretch& stretch);
  Then Read(const Stretch& stretch);
  Then ReadEntry(const Stretch& stretch, const EntryHeader& header);
  Entry Address(const EntryHeader& header) const;
  void Pass(const Entry& entry, uint64_t handed_spans);
  void Finish(const Stretch& stretch);
  void GiveUp(const Stretch& stretch);
  void TellDamage(const Stretch& stretch);
  void Tell(const Stretch& stretch, const Damage& damage);
  Then AfterError(const Stretch& stretch, const Status& error);
  Then WaitFor(Duration wait) const;

  const std::string directory_;
  const std::vector<LaneName> lanes_;
  const bool is_first_;
  const Parts parts_;
  const std::function<void(Finding)> found_;

  // Of the thread.
  std::optional<Source> source_;
  std::optional<Entry> entry_;
  int failed_reads_ = 0;
  // The entry is larger than the budget will ever have room for, or has to go on without it.
  bool unaccounted_ = false;

  std::atomic<bool> stopping_{false};
  Wakeup wakeup_;
  std::thread thread_;
};

}  // namespace spanhold::journal
