#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "src/core/status.h"
#include "src/files/file_system.h"
#include "src/journal/format.h"

namespace spanhold::journal {

// Names inside a journal's directory: `<first sequence>.seg`, `<first sequence>.rel`, `lock`.
//
// Threading: pure functions.
std::string SegmentPath(const std::string& directory, uint64_t first);
std::string ReleasesPath(const std::string& directory, uint64_t first);
std::string LockPath(const std::string& directory);

// One segment that is there.
struct SegmentFile {
  uint64_t first = 0;
  uint64_t size = 0;
  uint64_t header_size = 0;
  SegmentHeader header;
};

// A file that cannot be used, and why.
struct OtherFile {
  std::string path;
  Status why;
};

// What a directory holds.
struct Listing {
  std::vector<SegmentFile> segments;  // in order
  std::vector<OtherFile> foreign;     // not ours, newer, or with a header that is damaged
  std::vector<std::string> remains;   // paths of what no entry was ever written to, or of
                                      // releases whose segment is gone: may be removed
  uint64_t next_sequence = 1;         // greater than any that was ever used here
};

// Errors: those of the file system.
StatusOr<Listing> ListJournal(FileSystem& file_system, const std::string& directory);

}  // namespace spanhold::journal
