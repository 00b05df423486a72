#pragma once

#include <string>

#include "src/core/status.h"
#include "src/exporter/sending/transport.h"

namespace spanhold::otlp_grpc {

// What an OTLP/gRPC backend's answer means (OTLP specification, "OTLP/gRPC Response"): a response is
// success, perhaps a partial one, and an error stays as it is, since IsRetryable() is its table. A
// response that cannot be parsed is success too: the backend has said OK. Too large is what says so.
//
// Threading: a pure function.
sending::SendResult ResultOf(const StatusOr<std::string>& answer);

}  // namespace spanhold::otlp_grpc
