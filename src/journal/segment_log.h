#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/config/journal.h"
#include "src/core/clock.h"
#include "src/core/random.h"
#include "src/core/status.h"
#include "src/files/file_system.h"
#include "src/journal/directory.h"
#include "src/journal/format.h"
#include "src/journal/releases.h"
#include "src/journal/report.h"

namespace spanhold::journal {

// When what was written is forced to the disk.
using SyncPolicy = config::JournalConfig::Sync;

// The files of a journal, as its writer sees them: entries are appended to the newest segment,
// releases to the file beside each, and a segment that all lanes are done with is deleted.
//
// Invariants:
// - An entry of a failed Append() is cut off again, so that it is not replayed; its sequence is
//   never used again. Nothing is ever appended to a segment in which a write or a sync has failed.
// - A segment is deleted only when every lane it is for has released every entry of it, and these
//   releases are on the disk.
//
// Threading: bound to one thread. Ownership: all that is referred to must outlive it.
class SegmentLog {
 public:
  struct Options {
    std::string directory;
    uint64_t max_size = 0;
    uint64_t segment_size = 0;
    SyncPolicy sync = SyncPolicy::kGroup;
    std::vector<LaneName> lanes;  // of the configuration, by LaneId
    std::vector<Route> routes;
    uint64_t readers = 1;  // how often ReadThrough() is called for each found segment
  };

  struct Environment {
    FileSystem& file_system;
    const Clock& clock;
    Random& random;
    Report& report;
  };

  // A request's bytes, which must stay until Append() returns.
  struct NewEntry {
    std::string_view payload;
    uint32_t route = 0;
    uint32_t spans = 0;
  };

  // Where the first entry of a group stands; the others follow.
  struct Place {
    uint64_t segment = 0;
    uint64_t sequence = 0;
    uint64_t offset = 0;
  };

  // Creates the directory, locks it, and finds what is there. kFailedPrecondition: another daemon
  // has it.
  static StatusOr<std::unique_ptr<SegmentLog>> Open(Options options, Environment environment);

  ~SegmentLog() = default;
  SegmentLog(const SegmentLog&) = delete;
  SegmentLog& operator=(const SegmentLog&) = delete;

  // Segments of earlier runs, oldest first. Each is kept until every reader's ReadThrough().
  const std::vector<SegmentFile>& found() const { return found_; }

  static uint64_t SizeOf(const NewEntry& entry) { return kEntryHeaderSize + entry.payload.size(); }
  // Whether `bytes` more stay within max_size.
  bool Fits(uint64_t bytes) const;
  // Gives up the segment being written if that frees it.
  void MakeRoom();

  // Appends at most kLargestGroup entries; with SyncPolicy::kGroup they are on the disk then. On an
  // error none of them is in the journal.
  static constexpr size_t kLargestGroup = kMostPieces / 2;
  StatusOr<Place> Append(const std::vector<NewEntry>& entries);

  // Whether something was written that no sync has covered.
  bool dirty() const { return dirty_; }
  // Forces it to the disk. After an error what it covers stays, and may be lost with the power.
  Status Sync();

  // Whether a segment can be begun that takes what failed: what to try after a failure.
  Status Probe();

  // Lanes (of the configuration) are done with these entries. Errors are reported, and tried again
  // by Retry().
  void Release(const std::vector<spanhold::journal::Release>& releases);

  // In a found segment: `count` more pairs of an entry and a lane that has not released it.
  void AddUnsettled(uint64_t segment, uint64_t count);
  // Nothing more will be read from a found segment. One that is to be kept, for a person or for the
  // next run, never gets this call.
  void ReadThrough(uint64_t segment);
  // Cuts what follows `size` off a found segment.
  void CutTail(uint64_t segment, uint64_t size);

  // Whether releases could not be written, or files not removed.
  bool wants_retry() const { return wants_retry_; }
  void Retry();

  // Ends the segment being written, and syncs. Nothing may be called after it.
  void Close();

 private:
  struct Segment {
    uint64_t first = 0;
    uint64_t size = 0;
    uint64_t salt = 0;
    // Index of each lane of the configuration in the segment's header; empty: the same.
    std::vector<uint32_t> lanes;
    // Pairs of an entry and a lane that has not released it, and one more while the segment is
    // written, or for each reader that has not read it through.
    uint64_t unsettled = 1;
    bool has_entries = false;
    std::unique_ptr<File> releases;
    uint64_t releases_size = 0;
    bool releases_dirty = false;
    std::string unwritten;  // release records that could not be written yet
  };

  SegmentLog(Options options, Environment environment, std::unique_ptr<File> lock);

  void TakeOver(Listing listing);
  std::vector<uint32_t> MapLanes(const SegmentHeader& header) const;

  Status Begin();
  Status WriteAll(std::vector<std::string_view> pieces);
  Status WriteEntries(const std::vector<NewEntry>& entries);
  Status TryRoom();
  void CutBack();
  void Seal();

  void AddSize(Segment& segment, uint64_t bytes);
  void Settle(Segment& segment, uint64_t count);
  Status OpenReleases(Segment& segment);
  void ChangeReleasesSize(Segment& segment, uint64_t size);
  void WriteReleases(Segment& segment);
  Status SyncReleases(Segment& segment);
  void SyncAllReleases();
  bool Delete(Segment& segment);
  Segment* Find(uint64_t sequence);

  const Options options_;
  const Environment environment_;
  const std::unique_ptr<File> lock_;
  std::vector<SegmentFile> found_;
  std::map<uint64_t, Segment> segments_;  // by first sequence
  uint64_t next_sequence_ = 1;
  uint64_t disk_bytes_ = 0;

  // The segment being written; null: none.
  Segment* active_ = nullptr;
  std::unique_ptr<File> file_;
  bool dirty_ = false;
  uint64_t failed_bytes_ = 0;  // of the last write that failed

  TimePoint releases_synced_;
  bool wants_retry_ = false;
};

}  // namespace spanhold::journal
