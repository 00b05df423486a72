#pragma once

#include <cstdint>
#include <string>

#include "src/config/fields.h"
#include "src/core/clock.h"

namespace spanhold::config {

// `service.journal`: requests are on disk before they are answered. Spanhold's own keys.
struct JournalConfig {
  // When what was written is forced to the disk.
  enum class Sync { kGroup, kInterval, kNone };
  // What becomes of requests while it cannot be written.
  enum class OnError { kRefuse, kContinue };

  bool enabled = false;
  std::string directory;
  uint64_t max_size = uint64_t{1} << 30U;
  uint64_t segment_size = uint64_t{64} << 20U;
  Sync sync = Sync::kGroup;
  Duration interval = std::chrono::milliseconds(100);
  OnError on_error = OnError::kRefuse;

  void Describe(Fields& fields);
};

}  // namespace spanhold::config
