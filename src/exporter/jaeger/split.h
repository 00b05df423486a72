#pragma once

#include <cstdint>
#include <vector>

#include "src/otlp/trace_batch.h"

namespace spanhold::jaeger {

// Bytes of OTLP spans that go into one request. Jaeger's gRPC server refuses requests of more than
// 4 MiB; translated, spans grow by less than half as a rule.
inline constexpr uint64_t kMaxRequestSpanBytes = 2 << 20;

// `batch` as the requests it takes: spans of equal resources together, in the order of their first
// appearance, and not more than `max_span_bytes` in one unless a single span is larger.
std::vector<otlp::TraceBatch> SplitByProcess(const otlp::TraceBatch& batch,
                                             uint64_t max_span_bytes = kMaxRequestSpanBytes);

}  // namespace spanhold::jaeger
