#pragma once

#include <cstdint>

#include "src/config/component_type.h"
#include "src/config/fields.h"
#include "src/core/clock.h"

namespace spanhold::config {

// `processors.memory_limiter`: the Collector's keys. Nothing runs for it; it sets the budget of
// the bytes that hold spans, which refuses at its limit at once and not at the next check.
struct MemoryLimiterConfig final : ComponentConfig {
  Duration check_interval = Duration::zero();
  int64_t limit_mib = 0;
  int64_t spike_limit_mib = 0;
  int64_t limit_percentage = 0;
  int64_t spike_limit_percentage = 0;

  void Describe(Fields& fields) override;

  // Where the Collector starts to refuse: the limit less the spike limit, which is a fifth of the
  // limit where it is not set. Percentages are of `available` bytes.
  uint64_t Budget(uint64_t available) const;
};

// For the component table.
ComponentType MemoryLimiterType();

}  // namespace spanhold::config
