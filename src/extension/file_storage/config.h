#pragma once

#include <cstdint>
#include <string>

#include "src/config/fields.h"
#include "src/core/clock.h"

namespace spanhold::file_storage {

// `file_storage`: the keys of the Collector's extension, for exporters' `sending_queue.storage`. Each
// exporter has a log of its own in the directory, see docs/storage.md. Only configuration.
struct Config final : config::ComponentConfig {
  void Describe(config::Fields& fields) override;
  bool IsStorage() const override { return true; }

  // Only after a Describe() that found no error.
  uint32_t DirectoryMode() const;

  std::string directory = "/var/lib/otelcol/file_storage";
  bool fsync = false;
  bool create_directory = false;
  std::string directory_permissions = "0750";
  uint64_t max_size = 0;  // bytes, of each exporter's files; 0: no bound of its own

  // Understood: what they ask for is done anyhow.
  Duration timeout = std::chrono::seconds(1);
  bool recreate = false;
  struct Compaction {
    bool on_start = false;
    bool on_rebound = false;
    std::string directory;
    int64_t max_transaction_size = 65536;
    bool cleanup_on_start = false;
    int64_t rebound_needed_threshold_mib = 100;
    int64_t rebound_trigger_threshold_mib = 10;
    Duration check_interval = std::chrono::seconds(5);
  } compaction;

 private:
  void DescribeCompaction(config::Fields& fields);
};

}  // namespace spanhold::file_storage
