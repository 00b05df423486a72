#include "src/journal/segment_log.h"

#include <algorithm>
#include <utility>

#include "src/core/check.h"

namespace spanhold::journal {
namespace {

// Only the owner reads spans.
constexpr uint32_t kDirectoryMode = 0700;

// How old an unsynced release may get while groups are synced: so much is sent again after a power
// failure, which is less dear than a second flush for each group.
constexpr Duration kReleasesAge = std::chrono::seconds(1);

// Of a lane that the segment's header does not have, so none of its entries is for it.
constexpr uint32_t kNoLane = UINT32_MAX;

constexpr size_t kFillerSize = 64 << 10;

// Appends all of `bytes`, however many calls that takes.
Status AppendAll(File& file, std::string_view bytes) {
  while (!bytes.empty()) {
    SPANHOLD_ASSIGN_OR_RETURN(const size_t written, file.Append(bytes));
    bytes.remove_prefix(written);
  }
  return absl::OkStatus();
}

}  // namespace

SegmentLog::SegmentLog(Options options, Environment environment, std::unique_ptr<File> lock)
    : options_(std::move(options)), environment_(environment), lock_(std::move(lock)) {}

StatusOr<std::unique_ptr<SegmentLog>> SegmentLog::Open(Options options, Environment environment) {
  FileSystem& files = environment.file_system;
  const std::string& directory = options.directory;
  SPANHOLD_RETURN_IF_ERROR(files.CreateDirectories(directory, kDirectoryMode));
  SPANHOLD_ASSIGN_OR_RETURN(std::unique_ptr<File> lock, files.OpenForAppend(LockPath(directory)));
  SPANHOLD_RETURN_IF_ERROR(lock->Lock());
  SPANHOLD_ASSIGN_OR_RETURN(Listing listing, ListJournal(files, directory));
  std::unique_ptr<SegmentLog> log(new SegmentLog(std::move(options), environment, std::move(lock)));
  log->TakeOver(std::move(listing));
  return log;
}

void SegmentLog::TakeOver(Listing listing) {
  for (const OtherFile& other : listing.foreign) {
    environment_.report.LeftAlone(other.path, other.why);
  }
  for (const std::string& path : listing.remains) {
    if (const Status status = environment_.file_system.Remove(path); !status.ok()) {
      environment_.report.Failed(Failure::kRemove, status);
    }
  }
  found_ = std::move(listing.segments);
  next_sequence_ = listing.next_sequence;
  for (const SegmentFile& file : found_) {
    Segment& segment = segments_[file.first];
    segment.first = file.first;
    segment.salt = file.header.salt;
    segment.lanes = MapLanes(file.header);
    segment.unsettled = options_.readers;
    segment.has_entries = true;
    AddSize(segment, file.size);
    const StatusOr<FileInfo> releases =
        environment_.file_system.Stat(ReleasesPath(options_.directory, file.first));
    if (releases.ok()) {
      ChangeReleasesSize(segment, releases->size);
    }
  }
}

std::vector<uint32_t> SegmentLog::MapLanes(const SegmentHeader& header) const {
  std::vector<uint32_t> indexes;
  for (const LaneName& lane : options_.lanes) {
    const auto found = std::find(header.lanes.begin(), header.lanes.end(), lane);
    indexes.push_back(found == header.lanes.end()
                          ? kNoLane
                          : static_cast<uint32_t>(found - header.lanes.begin()));
  }
  return indexes;
}

void SegmentLog::AddSize(Segment& segment, uint64_t bytes) {
  segment.size += bytes;
  disk_bytes_ += bytes;
  environment_.report.DiskBytes(static_cast<int64_t>(bytes));
}

bool SegmentLog::Fits(uint64_t bytes) const {
  return bytes <= options_.max_size && disk_bytes_ <= options_.max_size - bytes;
}

void SegmentLog::MakeRoom() {
  if (active_ != nullptr && active_->has_entries && active_->unsettled == 1) {
    Seal();
  }
}

// Creates the next segment. Its name is on the disk before its first entry can be.
Status SegmentLog::Begin() {
  const uint64_t first = next_sequence_;
  const std::string path = SegmentPath(options_.directory, first);
  SPANHOLD_ASSIGN_OR_RETURN(file_, environment_.file_system.OpenForAppend(path));
  ++next_sequence_;  // a failure below may leave a file of that name
  SegmentHeader header;
  header.salt = static_cast<uint64_t>(environment_.random.Uniform() * 0x1p53);
  header.first_sequence = first;
  header.lanes = options_.lanes;
  header.routes = options_.routes;
  const std::string bytes = EncodeSegmentHeader(header);
  Status status = AppendAll(*file_, bytes);
  if (status.ok()) {
    status = environment_.file_system.SyncDirectory(options_.directory);
  }
  if (!status.ok()) {
    file_.reset();
    static_cast<void>(environment_.file_system.Remove(path));
    return status;
  }
  active_ = &segments_[first];
  active_->first = first;
  active_->salt = header.salt;
  AddSize(*active_, bytes.size());
  next_sequence_ = first;
  return absl::OkStatus();
}

Status SegmentLog::WriteAll(std::vector<std::string_view> pieces) {
  size_t next = 0;
  while (next < pieces.size()) {
    SPANHOLD_ASSIGN_OR_RETURN(
        size_t written,
        file_->AppendPieces(std::span<const std::string_view>(pieces).subspan(next)));
    while (next < pieces.size() && written >= pieces[next].size()) {
      written -= pieces[next].size();
      ++next;
    }
    if (next < pieces.size()) {
      pieces[next].remove_prefix(written);
    }
  }
  return absl::OkStatus();
}

Status SegmentLog::WriteEntries(const std::vector<NewEntry>& entries) {
  std::string headers;
  headers.reserve(entries.size() * kEntryHeaderSize);
  uint64_t sequence = next_sequence_;
  for (const NewEntry& entry : entries) {
    AppendEntryHeader({sequence++, Checksum(entry.payload, active_->salt),
                       static_cast<uint32_t>(entry.payload.size()), entry.route, entry.spans},
                      active_->salt, headers);
  }
  std::vector<std::string_view> pieces;
  pieces.reserve(2 * entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    pieces.push_back(std::string_view(headers).substr(i * kEntryHeaderSize, kEntryHeaderSize));
    pieces.push_back(entries[i].payload);
  }
  return WriteAll(std::move(pieces));
}

StatusOr<SegmentLog::Place> SegmentLog::Append(const std::vector<NewEntry>& entries) {
  SPANHOLD_CHECK(!entries.empty() && entries.size() <= kLargestGroup);
  uint64_t bytes = 0;
  uint64_t pairs = 0;
  for (const NewEntry& entry : entries) {
    bytes += SizeOf(entry);
    pairs += options_.routes[entry.route].size();
  }
  if (active_ != nullptr && active_->has_entries && active_->size + bytes > options_.segment_size) {
    Seal();
  }
  if (active_ == nullptr) {
    if (const Status status = Begin(); !status.ok()) {
      failed_bytes_ = bytes;
      environment_.report.Failed(Failure::kWrite, status);
      return status;
    }
  }
  const Place place{active_->first, next_sequence_, active_->size};
  Status status = WriteEntries(entries);
  next_sequence_ += entries.size();
  if (!status.ok()) {
    environment_.report.Failed(Failure::kWrite, status);
  } else {
    dirty_ = true;
    if (options_.sync == SyncPolicy::kGroup) {
      status = Sync();
    }
  }
  if (!status.ok()) {
    failed_bytes_ = bytes;
    CutBack();
    return status;
  }
  active_->has_entries = true;
  active_->unsettled += pairs;
  AddSize(*active_, bytes);
  return place;
}

Status SegmentLog::Sync() {
  if (!dirty_) {
    return absl::OkStatus();
  }
  dirty_ = false;
  const TimePoint began = environment_.clock.Now();
  if (Status status = file_->Sync(); !status.ok()) {
    environment_.report.Failed(Failure::kSync, status);
    if (options_.sync != SyncPolicy::kGroup) {
      Seal();  // in a group, Append() does it
    }
    return status;
  }
  const TimePoint now = environment_.clock.Now();
  environment_.report.Synced(now - began);
  if (now - releases_synced_ >= kReleasesAge) {
    releases_synced_ = now;
    SyncAllReleases();
  }
  return absl::OkStatus();
}

// Cuts off what nobody was told is safe, and ends the segment.
void SegmentLog::CutBack() {
  Status status = file_->Truncate(active_->size);
  if (status.ok()) {
    status = file_->Sync();
  }
  if (!status.ok()) {
    environment_.report.Failed(Failure::kWrite,
                               Annotate(status, "what clients will send again may be sent twice"));
  }
  dirty_ = false;
  Seal();
}

void SegmentLog::Seal() {
  if (dirty_ && options_.sync == SyncPolicy::kInterval) {
    if (const Status status = file_->Sync(); !status.ok()) {
      environment_.report.Failed(Failure::kSync, status);
    }
  }
  dirty_ = false;
  file_.reset();
  Segment& sealed = *std::exchange(active_, nullptr);
  // Its name must not come again, even if it holds nothing.
  next_sequence_ = std::max(next_sequence_, sealed.first + 1);
  Settle(sealed, 1);
}

Status SegmentLog::Probe() {
  if (active_ != nullptr) {
    return absl::OkStatus();
  }
  Status status = Begin();
  if (status.ok()) {
    status = TryRoom();
    if (!status.ok()) {
      Seal();
    }
  }
  if (!status.ok()) {
    environment_.report.Failed(Failure::kWrite, status);
  }
  return status;
}

// Whether what could not be written fits now: a disk that is full may have room for a header.
Status SegmentLog::TryRoom() {
  const std::string filler(kFillerSize, '\0');
  for (uint64_t left = failed_bytes_; left > 0;) {
    const uint64_t size = std::min<uint64_t>(left, filler.size());
    SPANHOLD_RETURN_IF_ERROR(AppendAll(*file_, std::string_view(filler).substr(0, size)));
    left -= size;
  }
  SPANHOLD_RETURN_IF_ERROR(file_->Sync());
  return file_->Truncate(active_->size);
}

SegmentLog::Segment* SegmentLog::Find(uint64_t sequence) {
  auto after = segments_.upper_bound(sequence);
  return after == segments_.begin() ? nullptr : &std::prev(after)->second;
}

void SegmentLog::Release(const std::vector<spanhold::journal::Release>& releases) {
  std::map<Segment*, std::vector<spanhold::journal::Release>> by_segment;
  for (spanhold::journal::Release release : releases) {
    Segment* segment = Find(release.sequence);
    SPANHOLD_CHECK(segment != nullptr);
    if (!segment->lanes.empty()) {
      release.lane = segment->lanes[release.lane];
      SPANHOLD_CHECK(release.lane != kNoLane);
    }
    by_segment[segment].push_back(release);
  }
  for (auto& [segment, of_it] : by_segment) {
    const uint64_t count = of_it.size();
    for (const ReleaseRecord& record : Coalesce(std::move(of_it))) {
      AppendReleaseRecord(record, segment->salt, segment->unwritten);
    }
    WriteReleases(*segment);
    Settle(*segment, count);
  }
}

void SegmentLog::AddUnsettled(uint64_t segment, uint64_t count) {
  segments_.at(segment).unsettled += count;
}

void SegmentLog::ReadThrough(uint64_t segment) {
  Settle(segments_.at(segment), 1);
}

void SegmentLog::CutTail(uint64_t segment, uint64_t size) {
  const std::string path = SegmentPath(options_.directory, segment);
  const StatusOr<std::unique_ptr<File>> file = environment_.file_system.OpenForAppend(path);
  const Status status = file.ok() ? (*file)->Truncate(size) : file.status();
  if (!status.ok()) {
    environment_.report.Failed(Failure::kWrite, status);
    return;
  }
  Segment& cut = segments_.at(segment);
  const uint64_t removed = cut.size - size;
  cut.size = size;
  disk_bytes_ -= removed;
  environment_.report.DiskBytes(-static_cast<int64_t>(removed));
}

void SegmentLog::Settle(Segment& segment, uint64_t count) {
  SPANHOLD_CHECK(segment.unsettled >= count);
  segment.unsettled -= count;
  if (segment.unsettled == 0 && Delete(segment)) {
    segments_.erase(segment.first);
  }
}

// What follows the last whole record is a write that was never finished.
Status SegmentLog::OpenReleases(Segment& segment) {
  SPANHOLD_ASSIGN_OR_RETURN(
      std::unique_ptr<File> file,
      environment_.file_system.OpenForAppend(ReleasesPath(options_.directory, segment.first)));
  SPANHOLD_ASSIGN_OR_RETURN(const FileInfo info, file->Info());
  const uint64_t known = segment.releases_size;
  const uint64_t whole =
      known < kReleaseHeaderSize ? 0 : known - (known - kReleaseHeaderSize) % kReleaseRecordSize;
  if (info.size != whole) {
    SPANHOLD_RETURN_IF_ERROR(file->Truncate(whole));
  }
  ChangeReleasesSize(segment, whole);
  if (whole == 0) {
    const std::string header = EncodeReleaseHeader();
    SPANHOLD_RETURN_IF_ERROR(AppendAll(*file, header));
    ChangeReleasesSize(segment, header.size());
  }
  segment.releases = std::move(file);
  return absl::OkStatus();
}

void SegmentLog::ChangeReleasesSize(Segment& segment, uint64_t size) {
  disk_bytes_ += size - segment.releases_size;  // modulo 2^64, as is what it adds up to
  environment_.report.DiskBytes(static_cast<int64_t>(size - segment.releases_size));
  segment.releases_size = size;
}

void SegmentLog::WriteReleases(Segment& segment) {
  Status status = segment.releases ? absl::OkStatus() : OpenReleases(segment);
  if (status.ok()) {
    status = AppendAll(*segment.releases, segment.unwritten);
  }
  if (!status.ok()) {
    segment.releases.reset();  // the next try cuts off what was written in part
    environment_.report.Failed(Failure::kRelease, status);
    wants_retry_ = true;
    return;
  }
  ChangeReleasesSize(segment, segment.releases_size + segment.unwritten.size());
  segment.unwritten.clear();
  segment.releases_dirty = true;
}

Status SegmentLog::SyncReleases(Segment& segment) {
  if (!segment.releases_dirty) {
    return absl::OkStatus();
  }
  if (!segment.releases) {
    SPANHOLD_RETURN_IF_ERROR(OpenReleases(segment));
  }
  SPANHOLD_RETURN_IF_ERROR(segment.releases->Sync());
  segment.releases_dirty = false;
  return absl::OkStatus();
}

void SegmentLog::SyncAllReleases() {
  for (auto& [first, segment] : segments_) {
    if (const Status status = SyncReleases(segment); !status.ok()) {
      environment_.report.Failed(Failure::kRelease, status);
    }
  }
}

// False: it stays for Retry().
bool SegmentLog::Delete(Segment& segment) {
  FileSystem& files = environment_.file_system;
  if (!segment.unwritten.empty()) {
    wants_retry_ = true;
    return false;
  }
  if (const Status status = SyncReleases(segment); !status.ok()) {
    environment_.report.Failed(Failure::kRelease, status);
    wants_retry_ = true;
    return false;
  }
  Status status = files.Remove(SegmentPath(options_.directory, segment.first));
  if (!status.ok() && !absl::IsNotFound(status)) {
    environment_.report.Failed(Failure::kRemove, status);
    wants_retry_ = true;
    return false;
  }
  if (segment.releases_size > 0) {
    status = files.Remove(ReleasesPath(options_.directory, segment.first));
    if (!status.ok() && !absl::IsNotFound(status)) {
      environment_.report.Failed(Failure::kRemove, status);  // removed at the next start
    }
  }
  const uint64_t freed = segment.size + segment.releases_size;
  disk_bytes_ -= freed;
  environment_.report.DiskBytes(-static_cast<int64_t>(freed));
  return true;
}

void SegmentLog::Retry() {
  wants_retry_ = false;
  for (auto it = segments_.begin(); it != segments_.end();) {
    Segment& segment = it->second;
    if (!segment.unwritten.empty()) {
      WriteReleases(segment);
    }
    it = segment.unsettled == 0 && Delete(segment) ? segments_.erase(it) : std::next(it);
  }
}

void SegmentLog::Close() {
  if (active_ != nullptr) {
    static_cast<void>(Sync());
  }
  if (active_ != nullptr) {
    Seal();
  }
  if (wants_retry_) {
    Retry();
  }
  SyncAllReleases();
}

}  // namespace spanhold::journal
