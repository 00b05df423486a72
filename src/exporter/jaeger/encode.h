#pragma once

#include "src/core/bytes.h"
#include "src/core/memory_budget.h"
#include "src/core/status.h"
#include "src/otlp/trace_batch.h"

// The requests that a Jaeger collector takes, in both of its protocols. Each carries the spans of
// one process, so the spans of a batch must have one resource (split.h); else kInternal.
//
// Threading: pure functions of an immutable batch.
namespace spanhold::jaeger {

// The body of POST /api/traces: a Batch of jaeger.thrift in Thrift's binary protocol, without a
// message around it. Times in microseconds, cut off.
StatusOr<Bytes> EncodeThrift(const otlp::TraceBatch& batch, MemoryBudget& budget);

// A jaeger.api_v2.PostSpansRequest. Times in nanoseconds.
StatusOr<Bytes> EncodeProto(const otlp::TraceBatch& batch, MemoryBudget& budget);

}  // namespace spanhold::jaeger
