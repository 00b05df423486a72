#include "src/extension/file_storage/config.h"

#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

namespace spanhold::file_storage {
namespace {

constexpr int64_t kMaxInt = std::numeric_limits<int64_t>::max();
constexpr uint32_t kAllPermissions = 0777;

std::optional<uint32_t> ParseMode(std::string_view text) {
  uint32_t mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  return is_number && mode <= kAllPermissions ? std::optional(mode) : std::nullopt;
}

}  // namespace

void Config::Describe(config::Fields& fields) {
  fields.String({"directory", "holds a directory for each exporter that uses it"}, directory);
  fields.Bool({"fsync", "flush what is written, so that it survives a power failure too"}, fsync);
  fields.Bool({"create_directory", "create the directory when it is missing"}, create_directory);
  fields.String({"directory_permissions", "of a directory that is created, in octal"},
                directory_permissions);
  fields.Size({"max_size", "of each exporter's files; 0: queue_size alone bounds them"}, max_size);
  fields.Time({"timeout",
               "understood; the lock is asked for until it is free, and meanwhile the "
               "daemon runs"},
              timeout);
  fields.Bool({"recreate", "understood; what is damaged is always skipped"}, recreate);
  fields.Section({"compaction", "understood; disk is given back file by file, at once"},
                 [this](config::Fields& section) { DescribeCompaction(section); });
  fields.Check("directory", !directory.empty(), "is required");
  fields.Check("directory_permissions", ParseMode(directory_permissions).has_value(),
               "want permissions in octal like \"0750\"");
}

void Config::DescribeCompaction(config::Fields& fields) {
  constexpr char kUnderstood[] = "understood";
  fields.Bool({"on_start", kUnderstood}, compaction.on_start);
  fields.Bool({"on_rebound", kUnderstood}, compaction.on_rebound);
  fields.String({"directory", kUnderstood}, compaction.directory);
  fields.Int({"max_transaction_size", kUnderstood}, compaction.max_transaction_size, 0, kMaxInt);
  fields.Bool({"cleanup_on_start", kUnderstood}, compaction.cleanup_on_start);
  fields.Int({"rebound_needed_threshold_mib", kUnderstood}, compaction.rebound_needed_threshold_mib,
             0, kMaxInt);
  fields.Int({"rebound_trigger_threshold_mib", kUnderstood},
             compaction.rebound_trigger_threshold_mib, 0, kMaxInt);
  fields.Time({"check_interval", kUnderstood}, compaction.check_interval);
}

uint32_t Config::DirectoryMode() const {
  return ParseMode(directory_permissions).value_or(0);
}

}  // namespace spanhold::file_storage
