#pragma once

#include "src/core/clock.h"
#include "src/core/status.h"
#include "src/exporter/sending/transport.h"
#include "src/net/http_client.h"

namespace spanhold::sending {

// What a request comes to that was answered with an HTTP status of failure: `error`, which is what
// the exporter makes of that, with what all such answers have in common.
//
//   429, 503  the delay of a Retry-After, seconds or a date that counts from `now` (RFC 9110 section
//             10.2.3), at most an hour; one that cannot be read is as if absent
//   413       too large; so is a 400 that says what Go's servers say of a body beyond their limit
//
// Threading: a pure function.
SendResult HttpFailure(const net::HttpResponse& response, Status error, WallTime now);

}  // namespace spanhold::sending
