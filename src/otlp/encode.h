#pragma once

#include "src/core/bytes.h"
#include "src/core/memory_budget.h"
#include "src/core/rope.h"
#include "src/otlp/trace_batch.h"

namespace spanhold::otlp {

// Writes `batch` as an ExportTraceServiceRequest (= TracesData) into one buffer. Span bytes are
// copied as they are, so unknown fields survive. Spans whose resources have equal bytes stand under
// one ResourceSpans, equal scopes within it under one ScopeSpans, also when they come from
// different requests; the first appearance decides the order.
//
// Threading: a pure function of an immutable batch.
Bytes Encode(const TraceBatch& batch, MemoryBudget& budget);

// The same request. One larger than kSmallRequest is not copied: it is made of stretches of the
// batch's chunks, which it keeps alive, and of what had to be written anew between them.
Rope EncodeInPieces(const TraceBatch& batch, MemoryBudget& budget);

}  // namespace spanhold::otlp
