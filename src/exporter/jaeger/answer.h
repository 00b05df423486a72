#pragma once

#include "src/core/status.h"
#include "src/net/http_client.h"

// What Jaeger's answers mean for a request: OK, retryable, or refused for good.
//
// Jaeger has one answer for whatever kept it from taking spans, its full queue or its storage: 500
// over HTTP, over gRPC kUnknown or kResourceExhausted without a delay. So these are retryable
// here, unlike in OTLP.
//
// Threading: pure functions.
namespace spanhold::jaeger {

// Of POST /api/traces:
//   2xx       OK (Jaeger sends 202); kInvalidArgument for a web page, which is no collector
//   429, 5xx  kUnavailable
//   other     kInvalidArgument
Status ReadHttpAnswer(const net::HttpResponse& response);

// Of PostSpans: as OTLP's table (IsRetryable()), but for
//   UNKNOWN, RESOURCE_EXHAUSTED  kUnavailable, unless it says that the request is too large
Status ReadGrpcAnswer(const Status& status);

}  // namespace spanhold::jaeger
