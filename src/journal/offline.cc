#include "src/journal/offline.h"

#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include "src/core/memory_budget.h"
#include "src/journal/directory.h"
#include "src/journal/releases.h"
#include "src/journal/segment_reader.h"
#include "src/otlp/decode.h"
#include "src/otlp/json_encode.h"

namespace spanhold::journal {
namespace {

struct Entry {
  uint64_t offset = 0;
  EntryHeader header;
  std::vector<std::string> waiting;  // lanes that have not settled it
  otlp::ChunkPtr chunk;
};

struct Sum {
  uint64_t segments = 0;
  uint64_t entries = 0;
  uint64_t spans = 0;
  uint64_t waiting_spans = 0;
  uint64_t damaged = 0;
  uint64_t torn_tails = 0;
  uint64_t foreign = 0;

  std::string Text() const {
    return absl::StrCat(segments, " segments, ", entries, " entries, ", spans, " spans, ",
                        waiting_spans, " of them not delivered to every exporter; ", damaged,
                        " damaged, ", torn_tails, " unfinished writes, ", foreign,
                        " other files\n");
  }
  Status AsStatus() const {
    return damaged == 0 ? absl::OkStatus()
                        : absl::DataLossError(absl::StrCat(damaged, " places are damaged"));
  }
};

// The lanes that some request in it can be for: an exporter's storage is for its own alone.
std::vector<std::string> LanesOf(const SegmentHeader& header) {
  std::set<uint32_t> routed;
  for (const Route& route : header.routes) {
    routed.insert(route.begin(), route.end());
  }
  std::vector<std::string> lanes;
  lanes.reserve(routed.size());
  for (const uint32_t lane : routed) {
    lanes.push_back(header.lanes[lane].Text());
  }
  return lanes;
}

// Reads a journal from its first entry to its last, and calls what was set before Run().
class Walk {
 public:
  std::function<void(const SegmentFile&, const std::string& path)> on_segment = [](auto&&...) {
  };
  std::function<void(const Entry&)> on_entry = [](auto&&...) {
  };
  Output on_trouble = [](auto&&...) {
  };

  StatusOr<Sum> Run(FileSystem& files, const std::string& directory) {
    SPANHOLD_ASSIGN_OR_RETURN(const std::unique_ptr<File> lock, Lock(files, directory));
    SPANHOLD_ASSIGN_OR_RETURN(const Listing listing, ListJournal(files, directory));
    for (const OtherFile& other : listing.foreign) {
      ++sum_.foreign;
      on_trouble(absl::StrCat(other.path, ": ", std::string(MessageOf(other.why)), "\n"));
    }
    for (const SegmentFile& segment : listing.segments) {
      SPANHOLD_RETURN_IF_ERROR(ReadSegment(files, directory, segment));
    }
    return sum_;
  }

 private:
  // Null when no daemon has ever used the directory.
  static StatusOr<std::unique_ptr<File>> Lock(FileSystem& files, const std::string& directory) {
    const std::string path = LockPath(directory);
    if (absl::IsNotFound(files.Stat(path).status())) {
      return nullptr;
    }
    SPANHOLD_ASSIGN_OR_RETURN(std::unique_ptr<File> lock, files.OpenForAppend(path));
    SPANHOLD_RETURN_IF_ERROR(Annotate(lock->Lock(), "stop the daemon first"));
    return lock;
  }

  Status ReadSegment(FileSystem& files, const std::string& directory, const SegmentFile& segment) {
    const std::string path = SegmentPath(directory, segment.first);
    SPANHOLD_ASSIGN_OR_RETURN(const auto reader, SegmentReader::Open(files, path));
    const std::string releases_path = ReleasesPath(directory, segment.first);
    SPANHOLD_ASSIGN_OR_RETURN(const Releases releases,
                              Releases::Read(files, releases_path, segment.header.salt));
    ++sum_.segments;
    on_segment(segment, path);
    if (releases.damaged() > 0) {
      Damaged(absl::StrCat(releases_path, ": ", releases.damaged(), " damaged records\n"));
    }
    for (;;) {
      SPANHOLD_ASSIGN_OR_RETURN(const auto header, reader->Next());
      Entry entry;
      entry.offset = reader->offset();
      if (header) {
        SPANHOLD_ASSIGN_OR_RETURN(std::optional<std::string> payload, reader->Payload());
        if (payload) {
          entry.header = *header;
          AddWaiting(segment.header, releases, entry);
          Take(path, std::move(entry), *std::move(payload));
        }
      }
      TellDamage(path, *reader);
      if (!header) {
        return absl::OkStatus();
      }
    }
  }

  static void AddWaiting(const SegmentHeader& segment, const Releases& releases, Entry& entry) {
    for (const uint32_t lane : segment.routes[entry.header.route]) {
      if (!releases.Contains(lane, entry.header.sequence)) {
        entry.waiting.push_back(segment.lanes[lane].Text());
      }
    }
  }

  void Take(const std::string& path, Entry entry, std::string payload) {
    const auto owner = std::make_shared<const std::string>(std::move(payload));
    StatusOr<otlp::ChunkPtr> chunk = otlp::Decode(Bytes::Adopt(*owner, owner, Reservation()));
    if (!chunk.ok() || (*chunk)->spans.size() != entry.header.spans) {
      Damaged(absl::StrCat(path, ": offset ", entry.offset, ": not the request it says it is\n"));
      return;
    }
    entry.chunk = *std::move(chunk);
    ++sum_.entries;
    sum_.spans += entry.header.spans;
    sum_.waiting_spans += entry.waiting.empty() ? 0 : entry.header.spans;
    on_entry(entry);
  }

  void TellDamage(const std::string& path, SegmentReader& reader) {
    for (const Damage& damage : reader.TakeDamage()) {
      const std::string where =
          absl::StrCat(path, ": offset ", damage.offset, ": ", damage.size, " bytes ");
      if (damage.torn_tail) {
        ++sum_.torn_tails;
        on_trouble(where + "of a write that was never finished\n");
      } else {
        Damaged(where + "are damaged\n");
      }
    }
  }

  void Damaged(const std::string& line) {
    ++sum_.damaged;
    on_trouble(line);
  }

  Sum sum_;
};

}  // namespace

Status Inspect(FileSystem& file_system, const std::string& directory, const Output& out) {
  Walk walk;
  walk.on_trouble = out;
  walk.on_segment = [&out](const SegmentFile& segment, const std::string& path) {
    out(absl::StrCat(path, ": ", segment.size, " bytes, for ",
                     absl::StrJoin(LanesOf(segment.header), ", "), "\n"));
  };
  walk.on_entry = [&out](const Entry& entry) {
    out(absl::StrCat(
        "  offset ", entry.offset, ": entry ", entry.header.sequence, ", ", entry.header.spans,
        " spans, ", entry.header.payload_size, " bytes, ",
        entry.waiting.empty() ? "delivered" : "waits for " + absl::StrJoin(entry.waiting, ", "),
        "\n"));
  };
  SPANHOLD_ASSIGN_OR_RETURN(const Sum sum, walk.Run(file_system, directory));
  out(sum.Text());
  return sum.AsStatus();
}

Status Verify(FileSystem& file_system, const std::string& directory, const Output& out) {
  Walk walk;
  walk.on_trouble = out;
  SPANHOLD_ASSIGN_OR_RETURN(const Sum sum, walk.Run(file_system, directory));
  out(sum.Text());
  return sum.AsStatus();
}

Status Export(FileSystem& file_system, const std::string& directory, bool all, const Output& out) {
  MemoryBudget budget(UINT64_MAX);
  Walk walk;
  walk.on_entry = [&](const Entry& entry) {
    if (all || !entry.waiting.empty()) {
      out(otlp::EncodeJsonLine(otlp::TraceBatch::Whole(entry.chunk, nullptr), budget).view());
    }
  };
  SPANHOLD_ASSIGN_OR_RETURN(const Sum sum, walk.Run(file_system, directory));
  return sum.AsStatus();
}

}  // namespace spanhold::journal
