#pragma once

#include <cstdint>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/pipeline/telemetry.h"

namespace spanhold::app {

// Resident memory of this process in bytes; 0 when the kernel does not tell.
uint64_t ResidentBytes();

// Registers what `/metrics` says of the process itself: uptime, CPU, resident memory, bytes held by
// spans, build. `budget` and `clock` must outlive `telemetry`.
void AddProcessMetrics(Telemetry& telemetry, const MemoryBudget& budget, const Clock& clock);

}  // namespace spanhold::app
