#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/core/status.h"
#include "src/files/file_system.h"
#include "src/journal/format.h"

namespace spanhold::journal {

// Bytes of a segment that are no good entry.
struct Damage {
  uint64_t offset = 0;
  uint64_t size = 0;
  // The segment's last bytes, which look like a write that was never finished: nobody was told that
  // they are safe. Otherwise an entry that somebody relied on.
  bool torn_tail = false;
};

// Reads the entries of one segment in order, whatever became of its bytes.
//
//   while (auto entry = reader.Next(); entry.ok() && *entry) payload = reader.Payload();
//
// A damaged entry is skipped: by its length when its header is whole, else up to the next header
// that is. What was skipped is told by TakeDamage().
//
// Errors: those of the file system, after which the same call may be tried again.
// Threading: thread-compatible.
class SegmentReader {
 public:
  // Reads and checks the header; errors as in ParseSegmentHeader(), and those of the file system.
  static StatusOr<std::unique_ptr<SegmentReader>> Open(FileSystem& file_system,
                                                       const std::string& path);

  const SegmentHeader& header() const { return header_; }
  uint64_t header_size() const { return header_size_; }
  // Of the next byte to look at; before Payload(), where the entry of Next() begins.
  uint64_t offset() const { return offset_; }

  // Goes on at `offset`, where an entry begins, and takes `end` for the segment's end.
  void Seek(uint64_t offset, uint64_t end);

  // The next entry's header, or nothing at the end. The same one again until Payload().
  StatusOr<std::optional<EntryHeader>> Next();

  // The payload of the entry that Next() has found, and goes on to the one after it. Nothing: it is
  // damaged and was skipped.
  StatusOr<std::optional<std::string>> Payload();

  // What was skipped since the last call.
  std::vector<Damage> TakeDamage();

 private:
  SegmentReader(std::unique_ptr<File> file, SegmentHeader header, uint64_t header_size,
                uint64_t end);

  StatusOr<std::optional<EntryHeader>> HeaderAt(uint64_t offset);
  StatusOr<std::optional<uint64_t>> FindHeader(uint64_t from);
  bool Fits(const EntryHeader& entry, uint64_t offset) const;

  const std::unique_ptr<File> file_;
  const SegmentHeader header_;
  const uint64_t header_size_;
  uint64_t end_;
  uint64_t offset_;
  std::optional<EntryHeader> next_;
  std::vector<Damage> damage_;
};

}  // namespace spanhold::journal
