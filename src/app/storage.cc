#include "src/app/storage.h"

#include <algorithm>
#include <utility>

#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>

#include "src/core/check.h"
#include "src/exporter/storage/lane_storage.h"
#include "src/extension/file_storage/config.h"
#include "src/files/file_system.h"

namespace spanhold::app {
namespace {

constexpr uint64_t kLargestSegment = uint64_t{64} << 20U;

// An id as a file's name; unlike ids stay unlike. As the Collector's extension writes them.
std::string FileName(const std::string& id) {
  std::string name;
  for (const char c : id) {
    const bool is_safe =
        absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
    name += is_safe ? std::string(1, c) : absl::StrFormat("~%04X", static_cast<unsigned char>(c));
  }
  return name;
}

storage::LaneStorage::Options OptionsFor(const std::string& id, const file_storage::Config& config,
                                         const sending::QueueConfig& queue) {
  storage::LaneStorage::Options options;
  options.log.enabled = true;
  options.log.directory = config.directory + "/exporter_" + FileName(id);
  options.log.max_size = config.max_size == 0 ? UINT64_MAX : config.max_size;
  options.log.segment_size = std::min(options.log.max_size / 4 + 1, kLargestSegment);
  options.log.sync =
      config.fsync ? config::JournalConfig::Sync::kGroup : config::JournalConfig::Sync::kNone;
  options.parent = config.directory;
  options.create_parent = config.create_directory;
  options.parent_mode = config.DirectoryMode();
  options.queue = queue;
  return options;
}

}  // namespace

std::unique_ptr<Exporter> WithStorage(
    const std::string& id, const sending::SendingConfig& sending, Parts& parts,
    const std::function<std::unique_ptr<Exporter>(const sending::SendingConfig&)>& make_lane) {
  if (sending.StorageId().empty()) {
    return make_lane(sending);
  }
  SPANHOLD_CHECK(parts.config != nullptr);
  const config::ComponentEntry* extension =
      parts.config->Find(config::ComponentKind::kExtension, sending.StorageId());
  SPANHOLD_CHECK(extension != nullptr);  // the configuration was checked
  sending::SendingConfig behind = sending;
  behind.sending_queue.block_on_overflow = true;
  return std::make_unique<storage::LaneStorage>(
      id,
      OptionsFor(id, static_cast<const file_storage::Config&>(*extension->config),
                 sending.sending_queue),
      make_lane(behind),
      storage::LaneStorage::Parts{PosixFileSystem(), parts.clock, parts.random, parts.exporters,
                                  parts.budget, parts.telemetry, parts.ledger});
}

}  // namespace spanhold::app
