#pragma once

#include <cstdint>

#include "src/config/fields.h"
#include "src/core/clock.h"

namespace spanhold::batch {

// `processors.batch`: the Collector's keys (batchprocessor), with an SDK's batch size and timeout as
// defaults; the Collector's are 8192 spans and 200ms.
struct Config final : config::ComponentConfig {
  int64_t send_batch_size = 512;               // spans; 0: no waiting
  Duration timeout = std::chrono::seconds(5);  // 0: no waiting
  int64_t send_batch_max_size = 0;             // spans; 0: no limit

  void Describe(config::Fields& fields) override;
};

}  // namespace spanhold::batch
