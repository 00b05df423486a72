#pragma once

#include <string_view>

#include "src/core/status.h"

namespace spanhold::sending {

// The trailers of a gRPC call that ended, as gRPC hands them on.
struct GrpcTrailers {
  int code = 0;  // grpc-status
  std::string_view message = {};
  std::string_view status_details = {};  // grpc-status-details-bin: a google.rpc.Status
  std::string_view retry_info = {};      // google.rpc.retryinfo-bin: a google.rpc.RetryInfo
};

// The status with the delay that the server names in one of the two trailers; details that cannot be
// parsed count as absent. Codes that gRPC does not define are kUnknown. The message is made one line.
Status FromGrpc(const GrpcTrailers& trailers);

}  // namespace spanhold::sending
