#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "src/core/memory_budget.h"
#include "src/otlp/trace_batch.h"

namespace spanhold::otlp {

// What the tracestate of one span is to become.
struct TraceStateChange {
  uint32_t span = 0;        // into part.chunk->spans
  std::string trace_state;  // valid UTF-8; empty: none
};

// Copy on write: the changed spans as a part over a new chunk, which holds nothing else. Same
// settlement, same headers; within a span every other byte stays, in order. The spans that did not
// change stay in `part`, which the caller selects them from.
//
// `changes` is in ascending order of span and not empty.
//
// Threading: a pure function of immutable parts.
BatchPart ReplaceTraceStates(const BatchPart& part, std::span<const TraceStateChange> changes,
                             MemoryBudget& budget);

}  // namespace spanhold::otlp
