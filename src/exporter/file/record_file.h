#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "src/core/clock.h"
#include "src/core/log.h"
#include "src/core/status.h"
#include "src/exporter/file/backups.h"
#include "src/exporter/file/config.h"
#include "src/files/file_system.h"
#include "src/pipeline/telemetry.h"

namespace spanhold::file {

// A file that holds whole records, whatever happens to the disk, the file or the process.
//
// A record goes to the operating system in one write(2), so that the end of the process leaves at
// most the last one torn; what a failed write left behind is cut off again. A file found with a
// torn last record is repaired when it is opened: a torn line is ended, and a file of
// length-prefixed records, which nothing could be read behind, is renamed as if rotated. A file that
// was removed or replaced meanwhile is opened anew.
//
// What is not a regular file (/dev/stdout) is written as it comes: no rotation, no repair.
//
// Threading: bound to the transport's writer thread, Open() before that starts. Ownership: the
// references must outlive it. Counts: spanhold_file_rotations, spanhold_file_flush_failures.
class RecordFile {
 public:
  RecordFile(std::string id, const Config& config, FileSystem& file_system, const Clock& clock,
             Telemetry& telemetry);

  // Opens the file, creating it and repairing its end. Append() does it too, where this failed.
  Status Open();

  // Adds a record or, on an error, nothing.
  Status Append(std::string_view record);

  // Forces what was appended to the disk. A failure is counted and logged, and not an error of
  // records that are long answered for.
  void Flush();

  void Close();

 private:
  Status EnsureOpen();
  // Whether the last record of the file, of which `size` bytes are there, is complete.
  StatusOr<bool> EndsWhole(uint64_t size) const;
  bool IsDue(size_t next_record) const;
  // Goes on with the old file when it cannot be renamed.
  Status Rotate();
  Status RenameToBackup();
  void RemoveExpired();

  const std::string id_;
  const Config config_;
  const Backups backups_;
  FileSystem& file_system_;
  const Clock& clock_;
  Counter& rotations_;
  Counter& flush_failures_;
  LogLimiter rotation_log_;
  LogLimiter flush_log_;

  bool empty_first_;  // `append: false`, until the first Open() that worked
  std::unique_ptr<File> file_;
  FileInfo info_;  // of file_
  bool unflushed_ = false;
  WallTime last_rotation_;
};

}  // namespace spanhold::file
