#include "src/journal/read_back.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "src/core/check.h"
#include "src/core/log.h"
#include "src/journal/directory.h"
#include "src/otlp/decode.h"

namespace spanhold::journal {
namespace {

// Settled spans wake the thread; what else uses memory does not tell when it is free.
constexpr Duration kMemoryPause = std::chrono::milliseconds(250);

// A disk that does not read is asked again; after a minute of it the rest of the file is left for
// the next start, so that what comes behind it is not held up for ever.
constexpr Duration kRetryPause = std::chrono::seconds(1);
constexpr int kMostFailedReads = 60;

}  // namespace

ReadBack::ReadBack(std::string directory, std::vector<LaneName> lanes, bool is_first, Parts parts,
                   std::function<void(Finding)> found)
    : directory_(std::move(directory)),
      lanes_(std::move(lanes)),
      is_first_(is_first),
      parts_(parts),
      found_(std::move(found)) {}

ReadBack::~ReadBack() {
  SPANHOLD_CHECK(!thread_.joinable());
}

void ReadBack::Start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "journal-read");
    Run();
  });
}

void ReadBack::Stop() {
  stopping_ = true;
  wakeup_.Notify();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void ReadBack::Run() {
  while (!stopping_) {
    const Wakeup::Seen seen = wakeup_.Prepare();
    if (const Then then = Step(); then.wait && !stopping_) {
      wakeup_.WaitUntil(seen, then.until);
    }
  }
  entry_.reset();
}

ReadBack::Then ReadBack::WaitFor(Duration wait) const {
  return {true, parts_.clock.Now() + wait};
}

ReadBack::Then ReadBack::Step() {
  const std::optional<Stretch> stretch = parts_.backlog.Front();
  // In this order, so that what is added between the two is counted first.
  if (const std::optional<Stretch> uncounted = parts_.backlog.FirstUncounted()) {
    Count(*uncounted);
    return {};
  }
  if (!stretch) {
    source_.reset();
    return {true, std::nullopt};
  }
  if (!entry_) {
    return Read(*stretch);
  }
  if (!parts_.handover.TryHand(entry_->chunk, entry_->sequence, entry_->destination)) {
    return {true, std::nullopt};  // a queue that has room again wakes
  }
  parts_.report.Handed(entry_->spans, true);
  Pass(*entry_, entry_->spans);
  entry_.reset();
  return {};
}

// What of an earlier run's segment is for this feed, by its headers. What cannot be read now is told
// when its turn comes, and counted then.
void ReadBack::Count(const Stretch& stretch) {
  uint64_t requests = 0;
  uint64_t spans = 0;
  uint64_t bytes = 0;
  if (Open(stretch).ok()) {
    SegmentReader& reader = *source_->reader;
    for (auto header = reader.Next(); header.ok() && *header && !stopping_;
         header = reader.Next()) {
      const EntryHeader& entry = **header;
      if (const Entry address = Address(entry); !address.destination.lanes.empty()) {
        ++requests;
        spans += entry.spans;
        bytes += entry.payload_size;
      }
      reader.Seek(reader.offset() + kEntryHeaderSize + entry.payload_size, stretch.end);
    }
    source_.reset();  // reading it tells of its damage
  }
  Recover(stretch, requests, spans, bytes);
}

void ReadBack::Recover(const Stretch& stretch, uint64_t requests, uint64_t spans, uint64_t bytes) {
  parts_.backlog.Count(stretch.segment, spans);
  parts_.report.Recovered(requests, spans);
  parts_.handover.OnFound(requests, spans, bytes);
}

// Makes `stretch` the one that is read.
Status ReadBack::Open(const Stretch& stretch) {
  if (!source_ || source_->segment != stretch.segment) {
    source_.reset();
    Source source;
    source.segment = stretch.segment;
    SPANHOLD_ASSIGN_OR_RETURN(
        source.reader,
        SegmentReader::Open(parts_.file_system, SegmentPath(directory_, stretch.segment)));
    const SegmentHeader& header = source.reader->header();
    if (stretch.of_earlier_run) {
      const std::string path = ReleasesPath(directory_, stretch.segment);
      SPANHOLD_ASSIGN_OR_RETURN(source.releases,
                                Releases::Read(parts_.file_system, path, header.salt));
      if (is_first_ && stretch.counted) {
        parts_.report.DamagedReleases(path, source.releases.damaged());
      }
    }
    source_ = std::move(source);
  }
  source_->reader->Seek(stretch.begin, stretch.end);
  return absl::OkStatus();
}

ReadBack::Then ReadBack::Read(const Stretch& stretch) {
  if (const Status status = Open(stretch); !status.ok()) {
    return AfterError(stretch, status);
  }
  const StatusOr<std::optional<EntryHeader>> header = source_->reader->Next();
  if (!header.ok()) {
    return AfterError(stretch, header.status());
  }
  TellDamage(stretch);
  if (!*header) {
    Finish(stretch);
    return {};
  }
  return ReadEntry(stretch, **header);
}

// Which lanes want the entry, by the names that its segment knows.
ReadBack::Entry ReadBack::Address(const EntryHeader& header) const {
  const SegmentHeader& segment = source_->reader->header();
  Entry entry;
  entry.sequence = header.sequence;
  entry.spans = header.spans;
  entry.end = source_->reader->offset() + kEntryHeaderSize + header.payload_size;
  std::vector<otlp::LaneId> wanted;
  for (const uint32_t index : segment.routes[header.route]) {
    if (source_->releases.Contains(index, header.sequence)) {
      continue;
    }
    const LaneName& name = segment.lanes[index];
    const auto lane = std::find(lanes_.begin(), lanes_.end(), name);
    if (lane != lanes_.end()) {
      wanted.push_back(static_cast<otlp::LaneId>(lane - lanes_.begin()));
    } else if (is_first_) {
      entry.gone.push_back(name.Text());
    }
  }
  entry.destination = parts_.handover.To(wanted);
  return entry;
}

// The entry is done with here.
void ReadBack::Pass(const Entry& entry, uint64_t handed_spans) {
  for (const std::string& lane : entry.gone) {
    parts_.report.Discarded(lane, entry.spans);
  }
  parts_.backlog.Advance(entry.end, handed_spans);
}

ReadBack::Then ReadBack::ReadEntry(const Stretch& stretch, const EntryHeader& header) {
  Entry entry = Address(header);
  if (entry.destination.lanes.empty()) {
    Pass(entry, 0);  // settled, or of another feed
    return {};
  }
  if (!parts_.handover.HasMemory()) {
    return WaitFor(kMemoryPause);
  }
  StatusOr<std::optional<std::string>> payload = source_->reader->Payload();
  if (!payload.ok()) {
    return AfterError(stretch, payload.status());
  }
  failed_reads_ = 0;
  TellDamage(stretch);
  if (!*payload) {
    return {};
  }
  // Past the limit if need be, as for all that is inside already: by this one entry.
  Reservation reservation =
      unaccounted_ ? Reservation() : parts_.budget.Reserve((*payload)->size());
  const auto owner = std::make_shared<const std::string>(**std::move(payload));
  StatusOr<otlp::ChunkPtr> chunk =
      otlp::Decode(Bytes::Adopt(*owner, owner, std::move(reservation)));
  if (absl::IsUnavailable(chunk.status())) {
    unaccounted_ = header.payload_size > parts_.budget.limit() / 4 || parts_.handover.is_starving();
    return unaccounted_ ? Then() : WaitFor(kMemoryPause);
  }
  unaccounted_ = false;
  if (!chunk.ok()) {
    Tell(stretch, {entry.end - kEntryHeaderSize - header.payload_size,
                   kEntryHeaderSize + header.payload_size, false});
    parts_.backlog.Advance(entry.end, 0);
    return {};
  }
  entry.chunk = *std::move(chunk);
  if (stretch.of_earlier_run) {
    found_({stretch.segment, entry.destination.lanes.size(), false, std::nullopt});
    if (entry.spans > stretch.spans) {
      Recover(stretch, 1, entry.spans - stretch.spans, header.payload_size);
    }
  }
  entry_ = std::move(entry);
  return {};
}

// Says what was skipped, once: the backlog goes on behind it.
void ReadBack::TellDamage(const Stretch& stretch) {
  const std::vector<Damage> found = source_->reader->TakeDamage();
  for (const Damage& damage : found) {
    Tell(stretch, damage);
  }
  if (!found.empty()) {
    parts_.backlog.Advance(source_->reader->offset(), 0);
  }
}

void ReadBack::Tell(const Stretch& stretch, const Damage& damage) {
  if (stretch.of_earlier_run && !is_first_) {
    return;
  }
  parts_.report.Damaged(SegmentPath(directory_, stretch.segment), damage);
  if (damage.torn_tail && stretch.of_earlier_run) {
    found_({stretch.segment, 0, false, damage.offset});
  }
}

void ReadBack::GiveUp(const Stretch& stretch) {
  if (const uint64_t lost = parts_.backlog.Finish(stretch.end); lost > 0) {
    parts_.handover.OnLost(lost);
  }
}

void ReadBack::Finish(const Stretch& stretch) {
  GiveUp(stretch);
  if (stretch.of_earlier_run) {
    found_({stretch.segment, 0, true, std::nullopt});
  }
}

ReadBack::Then ReadBack::AfterError(const Stretch& stretch, const Status& error) {
  parts_.report.Failed(Failure::kRead, error);
  source_.reset();
  if (++failed_reads_ < kMostFailedReads) {
    return WaitFor(kRetryPause);
  }
  failed_reads_ = 0;
  Log(LogLevel::kError, parts_.report.name(), "leaves what it cannot read for the next start",
      {{"file", SegmentPath(directory_, stretch.segment)},
       {"offset", stretch.begin},
       {"error", error}});
  GiveUp(stretch);
  return {};
}

}  // namespace spanhold::journal
