#include "src/journal/directory.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <set>
#include <utility>

#include <absl/strings/str_cat.h>

#include "src/journal/segment_reader.h"

namespace spanhold::journal {
namespace {

constexpr size_t kDigits = 20;  // of the largest sequence
constexpr std::string_view kSegmentSuffix = ".seg";
constexpr std::string_view kReleasesSuffix = ".rel";

std::string Path(const std::string& directory, uint64_t first, std::string_view suffix) {
  char digits[kDigits + 1];
  std::snprintf(digits, sizeof digits, "%020llu", static_cast<unsigned long long>(first));
  return directory + "/" + digits + std::string(suffix);
}

std::optional<uint64_t> SequenceOf(std::string_view name, std::string_view suffix) {
  if (name.size() != kDigits + suffix.size() || !name.ends_with(suffix)) {
    return std::nullopt;
  }
  uint64_t first = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + kDigits, first);
  return error == std::errc() && end == name.data() + kDigits ? std::optional(first) : std::nullopt;
}

// Puts one `.seg` where it belongs. Only the file system's errors are errors.
Status Classify(FileSystem& file_system, const std::string& directory, uint64_t first,
                Listing& listing) {
  const std::string path = SegmentPath(directory, first);
  SPANHOLD_ASSIGN_OR_RETURN(const FileInfo info, file_system.Stat(path));
  // No entry is smaller than a byte, so this is past every sequence in it.
  listing.next_sequence = std::max(listing.next_sequence, first + info.size + 1);
  const StatusOr<std::unique_ptr<SegmentReader>> reader = SegmentReader::Open(file_system, path);
  if (reader.ok() && (*reader)->header().first_sequence == first) {
    listing.segments.push_back({first, info.size, (*reader)->header_size(), (*reader)->header()});
  } else if (reader.ok()) {
    listing.foreign.push_back({path, absl::FailedPreconditionError("was written as another file")});
  } else if (absl::IsOutOfRange(reader.status())) {
    listing.remains.push_back(path);
  } else if (absl::IsFailedPrecondition(reader.status()) || absl::IsDataLoss(reader.status())) {
    listing.foreign.push_back({path, reader.status()});
  } else {
    return reader.status();
  }
  return absl::OkStatus();
}

}  // namespace

std::string SegmentPath(const std::string& directory, uint64_t first) {
  return Path(directory, first, kSegmentSuffix);
}

std::string ReleasesPath(const std::string& directory, uint64_t first) {
  return Path(directory, first, kReleasesSuffix);
}

std::string LockPath(const std::string& directory) {
  return directory + "/lock";
}

StatusOr<Listing> ListJournal(FileSystem& file_system, const std::string& directory) {
  SPANHOLD_ASSIGN_OR_RETURN(const std::vector<std::string> names, file_system.List(directory));
  Listing listing;
  std::set<uint64_t> segments;
  std::set<uint64_t> releases;
  for (const std::string& name : names) {
    if (const auto segment = SequenceOf(name, kSegmentSuffix)) {
      segments.insert(*segment);
    } else if (const auto first = SequenceOf(name, kReleasesSuffix)) {
      releases.insert(*first);
    } else if (name != "." && name != ".." && name != "lock") {
      listing.foreign.push_back({absl::StrCat(directory, "/", name),
                                 absl::FailedPreconditionError("is no file of a journal")});
    }
  }
  for (const uint64_t first : segments) {
    SPANHOLD_RETURN_IF_ERROR(Classify(file_system, directory, first, listing));
  }
  for (const uint64_t first : releases) {
    if (!segments.contains(first)) {
      listing.remains.push_back(ReleasesPath(directory, first));
    }
  }
  return listing;
}

}  // namespace spanhold::journal
