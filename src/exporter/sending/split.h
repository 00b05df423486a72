#pragma once

#include <cstdint>
#include <vector>

#include "src/otlp/trace_batch.h"

namespace spanhold::sending {

// Bytes of spans that are translated at a time: JSON and the like cannot be sent from where the spans
// are, and what a lane translates at once must stay small beside the memory budget. A batch of 8192
// spans, the Collector's default, is half of it.
inline constexpr uint64_t kMostTranslatedBytes = 4 << 20;

// `batch` in its order, in pieces of at most `max_span_bytes` unless a single span is larger.
std::vector<otlp::TraceBatch> SplitBySize(otlp::TraceBatch batch,
                                          uint64_t max_span_bytes = kMostTranslatedBytes);

}  // namespace spanhold::sending
