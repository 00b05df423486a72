// Segment:  header, entry*
//   header: magic "SPANHJNL", u32 version, u32 size of the header, u64 salt, u64 first sequence,
//           u32 lanes, (u32 length, bytes)* pipeline and exporter of each,
//           u32 routes, (u32 lanes, u32 index*) each, u64 checksum of all before it
//   entry:  marker, u32 low half of the checksum of the rest of this header,
//           u64 sequence, u64 checksum of the payload, u32 length, u32 route, u32 spans, payload
// Releases: magic "SPANHREL", u32 version, u32 0, record*
//   record: u64 first, u64 count, u32 lane, u64 checksum of the three
#include "src/journal/format.h"

#include <type_traits>

#define XXH_INLINE_ALL  // no library to link
#include <xxhash.h>

#include "src/core/check.h"

namespace spanhold::journal {
namespace {

constexpr std::string_view kSegmentMagic = "SPANHJNL";
constexpr std::string_view kReleaseMagic = "SPANHREL";
// Far more than names of lanes take; a larger one is damage.
constexpr size_t kLargestHeader = size_t{16} << 20U;

template <typename T>
void Put(T value, std::string& out) {
  static_assert(std::is_unsigned_v<T>);
  for (size_t i = 0; i < sizeof(T); ++i) {
    out.push_back(static_cast<char>(value >> (8 * i)));
  }
}

void PutText(std::string_view text, std::string& out) {
  Put(static_cast<uint32_t>(text.size()), out);
  out.append(text);
}

// Reads numbers one after another; after one that does not fit, `ok()` is false and all are 0.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T Get() {
    const std::string_view bytes = Take(sizeof(T));
    T value = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<T>(T{static_cast<unsigned char>(bytes[i])} << (8 * i));
    }
    return value;
  }
  std::string_view Take(size_t size) {
    ok_ = ok_ && size <= rest_.size();
    const std::string_view taken = ok_ ? rest_.substr(0, size) : std::string_view();
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string GetText() { return std::string(Take(Get<uint32_t>())); }

  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

Status DamagedHeader() {
  return absl::DataLossError("its header is damaged");
}

}  // namespace

uint64_t Checksum(std::string_view bytes, uint64_t salt) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), salt);
}

std::string EncodeSegmentHeader(const SegmentHeader& header) {
  std::string body;
  Put(header.salt, body);
  Put(header.first_sequence, body);
  Put(static_cast<uint32_t>(header.lanes.size()), body);
  for (const LaneName& lane : header.lanes) {
    PutText(lane.pipeline, body);
    PutText(lane.exporter, body);
  }
  Put(static_cast<uint32_t>(header.routes.size()), body);
  for (const Route& route : header.routes) {
    Put(static_cast<uint32_t>(route.size()), body);
    for (const uint32_t lane : route) {
      Put(lane, body);
    }
  }
  std::string out(kSegmentMagic);
  Put(kFormatVersion, out);
  Put(static_cast<uint32_t>(kSegmentPrefixSize + body.size() + sizeof(uint64_t)), out);
  out += body;
  Put(Checksum(out, header.salt), out);
  return out;
}

StatusOr<size_t> SegmentHeaderSize(std::string_view prefix) {
  if (prefix.size() < kSegmentPrefixSize) {
    return absl::OutOfRangeError("its header is incomplete");
  }
  Cursor cursor(prefix);
  if (cursor.Take(kSegmentMagic.size()) != kSegmentMagic) {
    return absl::FailedPreconditionError("is not a segment of a journal");
  }
  const auto version = cursor.Get<uint32_t>();
  if (version != kFormatVersion) {
    return absl::FailedPreconditionError("is of format version " + std::to_string(version) +
                                         "; this release reads version " +
                                         std::to_string(kFormatVersion));
  }
  const auto size = cursor.Get<uint32_t>();
  return size < kSegmentPrefixSize || size > kLargestHeader ? StatusOr<size_t>(DamagedHeader())
                                                            : StatusOr<size_t>(size);
}

StatusOr<SegmentHeader> ParseSegmentHeader(std::string_view bytes) {
  SPANHOLD_ASSIGN_OR_RETURN(const size_t size, SegmentHeaderSize(bytes));
  if (bytes.size() != size) {
    return absl::OutOfRangeError("its header is incomplete");
  }
  Cursor cursor(bytes);
  cursor.Take(kSegmentPrefixSize);
  SegmentHeader header;
  header.salt = cursor.Get<uint64_t>();
  header.first_sequence = cursor.Get<uint64_t>();
  for (auto lanes = cursor.Get<uint32_t>(); lanes > 0 && cursor.ok(); --lanes) {
    std::string pipeline = cursor.GetText();
    header.lanes.push_back({std::move(pipeline), cursor.GetText()});
  }
  for (auto routes = cursor.Get<uint32_t>(); routes > 0 && cursor.ok(); --routes) {
    Route& route = header.routes.emplace_back();
    for (auto lanes = cursor.Get<uint32_t>(); lanes > 0 && cursor.ok(); --lanes) {
      route.push_back(cursor.Get<uint32_t>());
      if (route.back() >= header.lanes.size()) {
        return DamagedHeader();
      }
    }
  }
  const auto checksum = cursor.Get<uint64_t>();
  if (!cursor.AtEnd() ||
      checksum != Checksum(bytes.substr(0, size - sizeof(uint64_t)), header.salt)) {
    return DamagedHeader();
  }
  return header;
}

void AppendEntryHeader(const EntryHeader& header, uint64_t salt, std::string& out) {
  std::string rest;
  Put(header.sequence, rest);
  Put(header.payload_checksum, rest);
  Put(header.payload_size, rest);
  Put(header.route, rest);
  Put(header.spans, rest);
  out += kEntryMarker;
  Put(static_cast<uint32_t>(Checksum(rest, salt)), out);
  out += rest;
}

std::optional<EntryHeader> ParseEntryHeader(std::string_view bytes, uint64_t salt) {
  if (bytes.size() < kEntryHeaderSize || !bytes.starts_with(kEntryMarker)) {
    return std::nullopt;
  }
  Cursor cursor(bytes.substr(0, kEntryHeaderSize));
  cursor.Take(kEntryMarker.size());
  const auto check = cursor.Get<uint32_t>();
  const size_t checked = kEntryMarker.size() + sizeof(uint32_t);
  if (check !=
      static_cast<uint32_t>(Checksum(bytes.substr(checked, kEntryHeaderSize - checked), salt))) {
    return std::nullopt;
  }
  EntryHeader header;
  header.sequence = cursor.Get<uint64_t>();
  header.payload_checksum = cursor.Get<uint64_t>();
  header.payload_size = cursor.Get<uint32_t>();
  header.route = cursor.Get<uint32_t>();
  header.spans = cursor.Get<uint32_t>();
  SPANHOLD_CHECK(cursor.AtEnd());
  return header;
}

std::string EncodeReleaseHeader() {
  std::string out(kReleaseMagic);
  Put(kFormatVersion, out);
  Put(uint32_t{0}, out);
  return out;
}

bool IsReleaseHeader(std::string_view bytes) {
  return bytes == EncodeReleaseHeader();
}

void AppendReleaseRecord(const ReleaseRecord& record, uint64_t salt, std::string& out) {
  const size_t begin = out.size();
  Put(record.first, out);
  Put(record.count, out);
  Put(record.lane, out);
  Put(Checksum(std::string_view(out).substr(begin), salt), out);
}

std::optional<ReleaseRecord> ParseReleaseRecord(std::string_view bytes, uint64_t salt) {
  if (bytes.size() < kReleaseRecordSize) {
    return std::nullopt;
  }
  Cursor cursor(bytes.substr(0, kReleaseRecordSize));
  ReleaseRecord record;
  record.first = cursor.Get<uint64_t>();
  record.count = cursor.Get<uint64_t>();
  record.lane = cursor.Get<uint32_t>();
  const auto checksum = cursor.Get<uint64_t>();
  if (checksum != Checksum(bytes.substr(0, kReleaseRecordSize - sizeof(uint64_t)), salt) ||
      record.count > UINT64_MAX - record.first) {
    return std::nullopt;
  }
  return record;
}

}  // namespace spanhold::journal
