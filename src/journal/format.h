#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/status.h"

namespace spanhold::journal {

// The bytes of the journal's files; docs/journal.md describes them for whoever writes a reader.
//
// A segment `<first sequence>.seg` is a header and entries; beside it `<first sequence>.rel` says
// which lanes are done with which entries. Numbers are little-endian. Checksums are XXH3-64 seeded
// with the segment's salt, so that bytes of a span can never pass for an entry.
//
// Threading: pure functions.

inline constexpr uint32_t kFormatVersion = 1;

// The way from a pipeline to an exporter, by name: numbers change with the configuration.
struct LaneName {
  std::string pipeline;
  std::string exporter;

  bool operator==(const LaneName&) const = default;
  std::string Text() const { return pipeline + " > " + exporter; }
};

// The lanes that an entry is for, as indexes into SegmentHeader::lanes.
using Route = std::vector<uint32_t>;

struct SegmentHeader {
  uint64_t salt = 0;
  uint64_t first_sequence = 0;
  std::vector<LaneName> lanes;
  std::vector<Route> routes;
};

// What stands before each entry's payload, which is a request's OTLP wire bytes.
struct EntryHeader {
  uint64_t sequence = 0;
  uint64_t payload_checksum = 0;
  uint32_t payload_size = 0;
  uint32_t route = 0;  // into SegmentHeader::routes
  uint32_t spans = 0;
};

// Entries [first, first + count) are settled in `lane` (into SegmentHeader::lanes).
struct ReleaseRecord {
  uint64_t first = 0;
  uint64_t count = 0;
  uint32_t lane = 0;
};

inline constexpr size_t kSegmentPrefixSize = 16;  // magic, version, size of the whole header
inline constexpr size_t kEntryHeaderSize = 36;
inline constexpr size_t kReleaseHeaderSize = 16;
inline constexpr size_t kReleaseRecordSize = 28;
// The first four bytes of each entry.
inline constexpr std::string_view kEntryMarker = "\xE5SPN";

std::string EncodeSegmentHeader(const SegmentHeader& header);

// The size of the header whose first kSegmentPrefixSize bytes are `prefix`.
// kFailedPrecondition: not a segment, or of a newer version; not ours to touch.
// kOutOfRange: `prefix` is short, so the header was never written to its end.
StatusOr<size_t> SegmentHeaderSize(std::string_view prefix);

// `bytes` is the whole header. kDataLoss: damaged.
StatusOr<SegmentHeader> ParseSegmentHeader(std::string_view bytes);

uint64_t Checksum(std::string_view bytes, uint64_t salt);

// `header` with its checksum in place of nothing: appends kEntryHeaderSize bytes to `out`.
void AppendEntryHeader(const EntryHeader& header, uint64_t salt, std::string& out);

// Nothing when `bytes` do not begin with the header of an entry of this segment.
std::optional<EntryHeader> ParseEntryHeader(std::string_view bytes, uint64_t salt);

std::string EncodeReleaseHeader();
bool IsReleaseHeader(std::string_view bytes);
void AppendReleaseRecord(const ReleaseRecord& record, uint64_t salt, std::string& out);
std::optional<ReleaseRecord> ParseReleaseRecord(std::string_view bytes, uint64_t salt);

}  // namespace spanhold::journal
