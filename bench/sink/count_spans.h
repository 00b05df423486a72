#pragma once

#include <string_view>

#include "bench/sink/arrivals.h"

// Find the span ids in what exporters write, reading no more than that takes. Each returns false at
// what is not well formed; spans before it are counted then.
//
// Threading: thread-safe.
namespace spanhold::bench {

// An ExportTraceServiceRequest.
bool CountOtlp(std::string_view request, Arrivals& arrivals);

// OTLP in JSON, also several requests, a line each. Always well formed: only ids are looked for.
bool CountOtlpJson(std::string_view json, Arrivals& arrivals);

// A jaeger.thrift Batch in Thrift's binary protocol, as in POST /api/traces.
bool CountJaegerThrift(std::string_view batch, Arrivals& arrivals);

}  // namespace spanhold::bench
