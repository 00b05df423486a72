#include "src/exporter/file/config.h"

#include <charconv>
#include <limits>
#include <optional>

namespace spanhold::file {
namespace {

constexpr uint32_t kModeBits = 0777;

std::optional<uint32_t> ParseMode(const std::string& text) {
  uint32_t mode = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, mode, 8);
  if (error != std::errc() || stopped != end || mode > kModeBits) {
    return std::nullopt;
  }
  return mode;
}

}  // namespace

void RotationConfig::Describe(config::Fields& fields) {
  // 1 TiB in megabytes: far above any use, far below an overflow in bytes.
  constexpr int64_t kMaxMegabytes = 1 << 20;
  constexpr int64_t kMaxCount = std::numeric_limits<int32_t>::max();
  fields.Int({"max_megabytes", "size at which a file is rotated, in MiB"}, max_megabytes, 1,
             kMaxMegabytes);
  fields.Int({"max_days", "age in days at which a file is rotated and a backup removed; 0: none"},
             max_days, 0, kMaxCount);
  fields.Int({"max_backups", "rotated files that are kept; 0: all"}, max_backups, 0, kMaxCount);
  fields.Bool({"localtime", "name rotated files by local time instead of UTC"}, localtime);
}

void Config::Describe(config::Fields& fields) {
  fields.String({"path", "file to write to; required"}, path);
  fields.OptionalSection({"rotation", "rename the file by size and age; absent: never"},
                         rotation.enabled,
                         [this](config::Fields& section) { rotation.Describe(section); });
  config::OneOf(
      fields, {"format", "json: a TracesData a line; proto: after their lengths"}, format,
      {{"json", static_cast<int>(Format::kJson)}, {"proto", static_cast<int>(Format::kProto)}});
  config::OneOf(fields, {"compression", "of each record: none or zstd, which implies lengths"},
                compression,
                {{"none", static_cast<int>(Compression::kNone)},
                 {"", static_cast<int>(Compression::kNone)},
                 {"zstd", static_cast<int>(Compression::kZstd)}});
  fields.Time({"flush_interval", "how often written records are forced to the disk; 0: never"},
              flush_interval);
  fields.Bool({"append", "keep what an earlier run wrote; always so with rotation"}, append);
  fields.Bool({"create_directory", "create the directory of `path` when it is missing"},
              create_directory);
  fields.String({"directory_permissions", "octal mode of a created directory"},
                directory_permissions);
  fields.Refused({"encoding", "an encoding extension"}, "use `format: json` or `format: proto`");
  fields.Refused({"group_by", "one file per resource attribute"},
                 "not supported: use one `file` exporter with its own `path` per pipeline");
  sending.Describe(fields);

  fields.Check("path", !path.empty(), "required: the file to write to");
  fields.Check("directory_permissions", ParseMode(directory_permissions).has_value(),
               "want an octal mode like \"0755\"");
}

uint32_t Config::directory_mode() const {
  return ParseMode(directory_permissions).value_or(0755);
}

}  // namespace spanhold::file
