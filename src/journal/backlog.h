#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>

#include "src/core/mutex.h"
#include "src/journal/report.h"

namespace spanhold::journal {

// Entries that are on disk only, one after another in a segment. Those of other feeds may stand
// between them.
struct Stretch {
  uint64_t segment = 0;
  uint64_t begin = 0;  // offsets
  uint64_t end = 0;
  uint64_t spans = 0;           // in it, as far as they are counted
  bool of_earlier_run = false;  // a whole segment, some of it settled
  bool counted = true;          // not yet, after the start, for one of an earlier run
};

// What is still to be read back, oldest first. The writer adds to its end and the reader takes from
// its front; while there is any, what comes goes behind it.
//
// Threading: thread-safe. Ownership: `report` must outlive it.
class Backlog {
 public:
  explicit Backlog(Report& report) : report_(report) {}

  // Exact for the writer, which alone adds: once it sees true, that stays true.
  bool empty() const { return empty_; }

  // Joined to the last one where that is of the same segment.
  void Push(const Stretch& stretch);

  // What is pushed next is not joined to what was pushed before: between the two stands an entry
  // that must not be read.
  void Break();

  // The first one as far as it goes now.
  std::optional<Stretch> Front() const;

  // The first one that is not counted yet.
  std::optional<Stretch> FirstUncounted() const;
  // `spans` more were found in the stretch of an earlier run that is segment `segment`.
  void Count(uint64_t segment, uint64_t spans);

  // Of the first one, what is before `begin` was handed on, with `spans` spans.
  void Advance(uint64_t begin, uint64_t spans);

  // The first one was read up to `end`: removes it unless it has grown. Spans that were never
  // handed on are lost: how many.
  uint64_t Finish(uint64_t end);

 private:
  Report& report_;
  std::atomic<bool> empty_{true};
  mutable Mutex mutex_;
  bool broken_ SPANHOLD_GUARDED_BY(mutex_) = false;
  std::deque<Stretch> stretches_ SPANHOLD_GUARDED_BY(mutex_);
};

}  // namespace spanhold::journal
