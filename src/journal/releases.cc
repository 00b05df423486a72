#include "src/journal/releases.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace spanhold::journal {

void Releases::Add(const ReleaseRecord& record) {
  if (record.count == 0) {
    return;
  }
  Ranges& ranges = lanes_[record.lane];
  uint64_t first = record.first;
  uint64_t last = record.first + record.count;
  auto it = ranges.upper_bound(last);
  while (it != ranges.begin() && std::prev(it)->second >= first) {
    --it;
    first = std::min(first, it->first);
    last = std::max(last, it->second);
    it = ranges.erase(it);
  }
  ranges[first] = last;
}

bool Releases::Contains(uint32_t lane, uint64_t sequence) const {
  const auto ranges = lanes_.find(lane);
  if (ranges == lanes_.end()) {
    return false;
  }
  const auto after = ranges->second.upper_bound(sequence);
  return after != ranges->second.begin() && std::prev(after)->second > sequence;
}

StatusOr<Releases> Releases::Read(FileSystem& file_system, const std::string& path, uint64_t salt) {
  Releases releases;
  StatusOr<std::unique_ptr<File>> file = file_system.OpenForRead(path);
  if (absl::IsNotFound(file.status())) {
    return releases;
  }
  SPANHOLD_RETURN_IF_ERROR(file.status());
  SPANHOLD_ASSIGN_OR_RETURN(const FileInfo info, (*file)->Info());
  SPANHOLD_ASSIGN_OR_RETURN(const std::string content, (*file)->ReadAt(0, info.size));
  std::string_view rest = content;
  if (rest.size() < kReleaseHeaderSize) {
    return releases;
  }
  rest.remove_prefix(kReleaseHeaderSize);
  for (; rest.size() >= kReleaseRecordSize; rest.remove_prefix(kReleaseRecordSize)) {
    if (const auto record = ParseReleaseRecord(rest, salt)) {
      releases.Add(*record);
    } else {
      ++releases.damaged_;
    }
  }
  return releases;
}

std::vector<ReleaseRecord> Coalesce(std::vector<Release> releases) {
  std::sort(releases.begin(), releases.end(), [](const Release& a, const Release& b) {
    return std::tie(a.lane, a.sequence) < std::tie(b.lane, b.sequence);
  });
  std::vector<ReleaseRecord> records;
  for (const Release& release : releases) {
    if (!records.empty() && records.back().lane == release.lane &&
        records.back().first + records.back().count == release.sequence) {
      ++records.back().count;
    } else {
      records.push_back({release.sequence, 1, release.lane});
    }
  }
  return records;
}

}  // namespace spanhold::journal
