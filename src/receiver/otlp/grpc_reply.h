#pragma once

#include <string>

#include "src/core/status.h"

namespace spanhold::otlp_receiver {

// The end of a gRPC call that failed, as it goes over the wire.
struct GrpcReply {
  int code = 0;         // grpc-status
  std::string message;  // grpc-message, not yet percent-encoded
  // Where `status` says when to try again, the same delay in the two trailers that SDKs read.
  std::string status_details;  // grpc-status-details-bin: a google.rpc.Status (OTLP, "Failures")
  std::string retry_info;      // google.rpc.retryinfo-bin: a google.rpc.RetryInfo (Python's SDK)
};

// `status` must not be OK.
GrpcReply ReplyFor(const Status& status);

}  // namespace spanhold::otlp_receiver
