#pragma once

#include <string>
#include <vector>

#include "src/otlp/trace_batch.h"
#include "tests/otlp/random_request.h"

namespace spanhold::otlp {

// One span and what it stands under.
struct FlatSpan {
  pb_trace::ResourceSpans resource;  // without scope_spans
  pb_trace::ScopeSpans scope;        // without spans
  pb_trace::Span span;
};

// The spans of a request as protobuf reads it, in order.
std::vector<FlatSpan> Flatten(const pb_collector::ExportTraceServiceRequest& request);

// The spans of a batch as the views read it, in order. Entity references, which have no view, and
// unknown fields are missing.
std::vector<FlatSpan> Flatten(const TraceBatch& batch);

// Where they differ, in the bits of a double too (of which protobuf's report says nothing); empty
// when they are equal.
std::string Difference(const FlatSpan& a, const FlatSpan& b);

// Neither order nor grouping counts: the batch's encoders are free to regroup.
std::string Difference(std::vector<FlatSpan> a, std::vector<FlatSpan> b);

}  // namespace spanhold::otlp
