#pragma once

#include <cstdint>
#include <string>

#include "src/config/fields.h"
#include "src/core/clock.h"
#include "src/exporter/sending/config.h"

namespace spanhold::file {

enum class Format {
  kJson,   // OTLP JSON, one TracesData a line; length-prefixed when compressed
  kProto,  // OTLP protobuf, each TracesData after its length
};

enum class Compression { kNone, kZstd };

// `rotation`: the Collector's keys and defaults.
struct RotationConfig {
  bool enabled = false;  // set by the section being there
  int64_t max_megabytes = 100;
  int64_t max_days = 0;       // 0: no limit
  int64_t max_backups = 100;  // 0: no limit
  bool localtime = false;

  void Describe(config::Fields& fields);
};

// `exporters.file`: the keys of the Collector's file exporter and those that every sending
// exporter has.
struct Config final : config::ComponentConfig {
  std::string path;
  RotationConfig rotation;
  Format format = Format::kJson;
  Compression compression = Compression::kNone;
  Duration flush_interval = std::chrono::seconds(1);
  // Ours: a restart must not throw away what was delivered. The Collector's default is false.
  bool append = true;
  bool create_directory = false;
  std::string directory_permissions = "0755";
  sending::SendingConfig sending;

  void Describe(config::Fields& fields) override;
  std::string StorageId() const override { return sending.StorageId(); }
  std::string Destination() const override { return path; }

  // `directory_permissions` as mode bits. Only for a value that Describe() has checked.
  uint32_t directory_mode() const;
  // Whether records stand one after another behind their lengths, and not on lines.
  bool framed() const { return format == Format::kProto || compression != Compression::kNone; }
};

}  // namespace spanhold::file
