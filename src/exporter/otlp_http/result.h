#pragma once

#include "src/core/clock.h"
#include "src/core/status.h"
#include "src/exporter/sending/transport.h"
#include "src/net/http_client.h"

namespace spanhold::otlp_http {

// What an OTLP/HTTP backend's answer means (OTLP specification, "OTLP/HTTP Response"): any 2xx is
// success, perhaps a partial one, also when the body broke off: the backend has the spans, and would
// have them twice. 429, 502, 503 and 504 are to be tried again, not before a Retry-After that 429
// and 503 may have; everything else, redirects too, is final. `now` is what an HTTP-date in
// Retry-After counts from. An error of the connection stays as it is.
//
// Threading: a pure function.
sending::SendResult ResultOf(const StatusOr<net::HttpResponse>& answer, WallTime now);

}  // namespace spanhold::otlp_http
