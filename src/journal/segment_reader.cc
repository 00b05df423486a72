#include "src/journal/segment_reader.h"

#include <algorithm>
#include <utility>

#include "src/core/check.h"

namespace spanhold::journal {
namespace {

// What is read at once in search of a header.
constexpr size_t kSearchBlock = 64 << 10;

}  // namespace

SegmentReader::SegmentReader(std::unique_ptr<File> file, SegmentHeader header, uint64_t header_size,
                             uint64_t end)
    : file_(std::move(file)),
      header_(std::move(header)),
      header_size_(header_size),
      end_(end),
      offset_(header_size) {}

StatusOr<std::unique_ptr<SegmentReader>> SegmentReader::Open(FileSystem& file_system,
                                                             const std::string& path) {
  SPANHOLD_ASSIGN_OR_RETURN(std::unique_ptr<File> file, file_system.OpenForRead(path));
  SPANHOLD_ASSIGN_OR_RETURN(const FileInfo info, file->Info());
  SPANHOLD_ASSIGN_OR_RETURN(const std::string prefix, file->ReadAt(0, kSegmentPrefixSize));
  SPANHOLD_ASSIGN_OR_RETURN(const size_t size, SegmentHeaderSize(prefix));
  SPANHOLD_ASSIGN_OR_RETURN(const std::string bytes, file->ReadAt(0, size));
  SPANHOLD_ASSIGN_OR_RETURN(SegmentHeader header, ParseSegmentHeader(bytes));
  return std::unique_ptr<SegmentReader>(
      new SegmentReader(std::move(file), std::move(header), size, info.size));
}

void SegmentReader::Seek(uint64_t offset, uint64_t end) {
  offset_ = offset;
  end_ = end;
  next_.reset();
}

bool SegmentReader::Fits(const EntryHeader& entry, uint64_t offset) const {
  return entry.payload_size <= end_ - offset - kEntryHeaderSize &&
         entry.route < header_.routes.size();
}

// Nothing when no header of this segment stands at `offset`.
StatusOr<std::optional<EntryHeader>> SegmentReader::HeaderAt(uint64_t offset) {
  if (offset + kEntryHeaderSize > end_) {
    return std::nullopt;
  }
  SPANHOLD_ASSIGN_OR_RETURN(const std::string bytes, file_->ReadAt(offset, kEntryHeaderSize));
  return ParseEntryHeader(bytes, header_.salt);
}

// Where the first header at or after `from` stands whose payload fits too.
StatusOr<std::optional<uint64_t>> SegmentReader::FindHeader(uint64_t from) {
  while (from + kEntryHeaderSize <= end_) {
    const size_t wanted = std::min<uint64_t>(kSearchBlock, end_ - from);
    SPANHOLD_ASSIGN_OR_RETURN(const std::string block, file_->ReadAt(from, wanted));
    if (block.size() < kEntryHeaderSize) {
      break;
    }
    const std::string_view bytes = block;
    for (size_t at = bytes.find(kEntryMarker);
         at != std::string_view::npos && at + kEntryHeaderSize <= bytes.size();
         at = bytes.find(kEntryMarker, at + 1)) {
      const std::optional<EntryHeader> entry = ParseEntryHeader(bytes.substr(at), header_.salt);
      if (entry && Fits(*entry, from + at)) {
        return from + at;
      }
    }
    from += bytes.size() - kEntryHeaderSize + 1;  // a header may stand across two blocks
  }
  return std::nullopt;
}

StatusOr<std::optional<EntryHeader>> SegmentReader::Next() {
  if (next_ || offset_ >= end_) {
    return next_;
  }
  SPANHOLD_ASSIGN_OR_RETURN(std::optional<EntryHeader> entry, HeaderAt(offset_));
  if (!entry || !Fits(*entry, offset_)) {
    SPANHOLD_ASSIGN_OR_RETURN(const auto found, FindHeader(offset_ + 1));
    const uint64_t resumed = found.value_or(end_);
    if (found) {
      SPANHOLD_ASSIGN_OR_RETURN(entry, HeaderAt(*found));
    } else {
      entry.reset();
    }
    damage_.push_back({offset_, resumed - offset_, !found});
    offset_ = resumed;
  }
  next_ = entry;
  return next_;
}

StatusOr<std::optional<std::string>> SegmentReader::Payload() {
  SPANHOLD_CHECK(next_);
  SPANHOLD_ASSIGN_OR_RETURN(std::string payload,
                            file_->ReadAt(offset_ + kEntryHeaderSize, next_->payload_size));
  const uint64_t size = kEntryHeaderSize + next_->payload_size;
  const bool good = payload.size() == next_->payload_size &&
                    Checksum(payload, header_.salt) == next_->payload_checksum;
  if (!good) {
    damage_.push_back({offset_, size, false});
  }
  offset_ += size;
  next_.reset();
  return good ? std::optional(std::move(payload)) : std::nullopt;
}

std::vector<Damage> SegmentReader::TakeDamage() {
  return std::exchange(damage_, {});
}

}  // namespace spanhold::journal
