#pragma once

#include <functional>
#include <string>
#include <vector>

#include "src/journal/backlog.h"
#include "src/journal/handover.h"
#include "src/journal/read_back.h"
#include "src/pipeline/request_sink.h"

namespace spanhold::journal {

// Sinks that get their requests together, and what waits for them on disk: one that has no room
// holds back those of its own feed and no other.
//
// Threading: as its parts. Ownership: all that is referred to must outlive it.
class Feed {
 public:
  struct Parts {
    FileSystem& file_system;
    const Clock& clock;
    MemoryBudget& budget;
    Report& report;
    otlp::SettlementObserver& observer;
  };

  Feed(const std::string& directory, const std::vector<LaneName>& lanes,
       std::vector<RequestSink*> sinks, bool is_first, Parts parts,
       std::function<void(Finding)> found)
      : backlog_(parts.report),
        handover_(std::move(sinks), parts.budget, parts.observer),
        read_back_(
            directory, lanes, is_first,
            {parts.file_system, parts.clock, parts.budget, backlog_, handover_, parts.report},
            std::move(found)) {}

  Backlog& backlog() { return backlog_; }
  Handover& handover() { return handover_; }
  ReadBack& read_back() { return read_back_; }

  // A queue has room, or something was added. An atomic load while there is no backlog.
  void Wake() {
    if (!backlog_.empty()) {
      read_back_.Wake();
    }
  }

 private:
  Backlog backlog_;
  Handover handover_;
  ReadBack read_back_;
};

// The sinks of each feed: those that one of `routes` names together are of one.
std::vector<std::vector<RequestSink*>> GroupIntoFeeds(
    const std::vector<std::vector<RequestSink*>>& routes);

}  // namespace spanhold::journal
