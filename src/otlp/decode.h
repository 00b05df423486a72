#pragma once

#include "src/core/bytes.h"
#include "src/core/status.h"
#include "src/otlp/chunk.h"

namespace spanhold::otlp {

// Indexes a serialized ExportTraceServiceRequest and validates all of it, nested messages
// included: wire format and bounds, wire types of known fields, trace ids of 0 or 16 bytes and span
// ids of 0 or 8 (what the Collector's decoder accepts), strings in UTF-8, messages nested at most
// 100 deep (protobuf's own default limit: what is deeper, some backend could not parse). Unknown
// fields are kept; an empty request is a chunk without spans, and envelopes without spans are left
// out of the index. Nothing is copied.
//
// kInvalidArgument says what is wrong and where: `resource_spans[0].scope_spans[2].spans[17]: ...`.
// kUnavailable: the budget that paid for `request` has no room for its index.
//
// Threading: a pure function.
StatusOr<ChunkPtr> Decode(Bytes request);

}  // namespace spanhold::otlp
