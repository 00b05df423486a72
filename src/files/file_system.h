#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/clock.h"
#include "src/core/status.h"

namespace spanhold {

// What stat(2) says of a file.
struct FileInfo {
  uint64_t device = 0;
  uint64_t inode = 0;  // with `device`: which file it is, whatever its name
  uint64_t size = 0;
  bool regular = false;  // not a terminal, pipe or device
  WallTime created;      // its birth; its last change where the file system keeps no birth time
};

// How many pieces one AppendPieces() takes: Linux' own limit (IOV_MAX).
inline constexpr size_t kMostPieces = 1024;

// An open file; the destructor closes it.
//
// Threading: thread-compatible.
class File {
 public:
  virtual ~File() = default;

  // Adds `bytes` at the end, perhaps only some of them, at least one: returns how many.
  virtual StatusOr<size_t> Append(std::string_view bytes) = 0;
  // The same for `pieces`, one after another, in one call. No more than kMostPieces of them.
  virtual StatusOr<size_t> AppendPieces(std::span<const std::string_view> pieces) = 0;
  // Up to `size` bytes from `offset`; fewer at the end of the file.
  virtual StatusOr<std::string> ReadAt(uint64_t offset, size_t size) = 0;
  virtual Status Truncate(uint64_t size) = 0;
  // Returns when the bytes written so far are on the disk.
  virtual Status Sync() = 0;
  virtual StatusOr<FileInfo> Info() = 0;
  // Keeps every other open file of the same name from being locked, until this one is closed.
  virtual Status Lock() = 0;
};

// What the file exporter and the journal need of the operating system: the seam at which tests make
// it fail.
//
// Every error says which file and why, with the code that absl::ErrnoToStatusCode() gives.
//
// Threading: thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Opens a file for Append(), creating it when it is missing.
  virtual StatusOr<std::unique_ptr<File>> OpenForAppend(const std::string& path) = 0;
  virtual StatusOr<std::unique_ptr<File>> OpenForRead(const std::string& path) = 0;
  virtual StatusOr<FileInfo> Stat(const std::string& path) = 0;
  // Creates a directory and those above it; one that exists is no error.
  virtual Status CreateDirectories(const std::string& path, uint32_t mode) = 0;
  // Replaces `to` if it exists.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;
  // Returns when the names of the files in it, as they are now, are on the disk.
  virtual Status SyncDirectory(const std::string& path) = 0;
  // Names of the entries, in any order.
  virtual StatusOr<std::vector<std::string>> List(const std::string& directory) = 0;
};

// The real one. Lives for ever.
FileSystem& PosixFileSystem();

}  // namespace spanhold
