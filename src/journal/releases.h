#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/status.h"
#include "src/files/file_system.h"
#include "src/journal/format.h"

namespace spanhold::journal {

// Which entries of a segment which lanes are done with.
//
// Threading: thread-compatible.
class Releases {
 public:
  void Add(const ReleaseRecord& record);
  bool Contains(uint32_t lane, uint64_t sequence) const;

  // Records whose checksum did not fit; what they released is sent again.
  uint64_t damaged() const { return damaged_; }

  // What the file at `path` says, which belongs to the segment with this salt; nothing when there
  // is no such file. Errors: those of the file system.
  static StatusOr<Releases> Read(FileSystem& file_system, const std::string& path, uint64_t salt);

 private:
  // Of one lane: first -> one past the last, neither overlapping nor touching.
  using Ranges = std::map<uint64_t, uint64_t>;

  std::map<uint32_t, Ranges> lanes_;
  uint64_t damaged_ = 0;
};

// An entry of the live journal that a lane is done with.
struct Release {
  uint64_t sequence = 0;
  uint32_t lane = 0;  // of the running configuration
};

// `releases`, sorted, as runs of consecutive entries of one lane.
std::vector<ReleaseRecord> Coalesce(std::vector<Release> releases);

}  // namespace spanhold::journal
