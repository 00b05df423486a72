#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "src/journal/directory.h"
#include "src/journal/releases.h"
#include "src/journal/segment_log.h"
#include "src/journal/segment_reader.h"
#include "tests/support/fake_file_system.h"
#include "tests/support/manual_clock.h"

namespace spanhold::journal {

inline const std::string kDirectory = "/journal";

// What a journal's directory says when it is read from outside: by payload, the lanes that have not
// released it.
using Unsettled = std::map<std::string, std::set<std::string>>;

inline Unsettled ReadJournal(FileSystem& files, const std::string& directory = kDirectory) {
  Unsettled unsettled;
  const StatusOr<Listing> listing = ListJournal(files, directory);
  EXPECT_TRUE(listing.ok()) << listing.status();
  for (const SegmentFile& segment : listing->segments) {
    auto reader = SegmentReader::Open(files, SegmentPath(directory, segment.first)).value();
    const Releases releases =
        Releases::Read(files, ReleasesPath(directory, segment.first), segment.header.salt).value();
    while (const auto entry = reader->Next().value()) {
      const auto payload = reader->Payload().value();
      if (!payload) {
        continue;
      }
      for (const uint32_t lane : segment.header.routes[entry->route]) {
        if (!releases.Contains(lane, entry->sequence)) {
          unsettled[*payload].insert(segment.header.lanes[lane].exporter);
        }
      }
    }
  }
  return unsettled;
}

// Two lanes, "a" and "b"; route 0 goes to both, route 1 to "b" alone.
inline SegmentLog::Options TwoLanes(SyncPolicy sync = SyncPolicy::kGroup) {
  return {.directory = kDirectory,
          .max_size = 1 << 20,
          .segment_size = 4096,
          .sync = sync,
          .lanes = {{"traces", "a"}, {"traces", "b"}},
          .routes = {{0, 1}, {1}}};
}

// What a SegmentLog needs beside a file system.
struct LogParts {
  SegmentLog::Environment On(FileSystem& files) { return {files, clock, random, report}; }

  ManualClock clock;
  Random random{1};
  Telemetry telemetry;
  Report report{clock, telemetry};
};

}  // namespace spanhold::journal
