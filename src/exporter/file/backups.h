#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/clock.h"
#include "src/exporter/file/config.h"

namespace spanhold::file {

// The rotated files of one path, named as the Collector names them: the time of the rotation
// stands before the extension, `data-2022-09-14T05-02-14.173.jsonl` beside `data.jsonl`.
//
// Threading: immutable.
class Backups {
 public:
  Backups(std::string_view path, const RotationConfig& config);

  // Where the files are; "." for a path without a directory.
  const std::string& directory() const { return directory_; }

  // The path of a file rotated at `time`, to the millisecond.
  std::string PathAt(WallTime time) const;

  // Of the entries `names` of the directory: the paths of the backups that are too many or too old
  // at `now`. Files of any other name are never among them.
  std::vector<std::string> Expired(const std::vector<std::string>& names, WallTime now) const;

 private:
  std::optional<WallTime> TimeOf(std::string_view name) const;

  std::string directory_;
  std::string prefix_;     // of a backup's name, with the dash
  std::string extension_;  // with the dot; empty without one
  RotationConfig config_;
};

}  // namespace spanhold::file
