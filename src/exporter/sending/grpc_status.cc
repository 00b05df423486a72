#include "src/exporter/sending/grpc_status.h"

#include <optional>

#include "src/core/one_line.h"
#include "src/otlp/rpc_messages.h"

namespace spanhold::sending {
namespace {

std::optional<Duration> FindDelay(const GrpcTrailers& trailers) {
  if (const std::optional<otlp::RpcStatus> status = otlp::ReadRpcStatus(trailers.status_details);
      status && status->retry_delay) {
    return status->retry_delay;
  }
  return otlp::ReadRetryInfo(trailers.retry_info);
}

}  // namespace

Status FromGrpc(const GrpcTrailers& trailers) {
  if (trailers.code == 0) {
    return absl::OkStatus();
  }
  const bool defined = trailers.code > 0 && trailers.code <= 16;
  const Status status(
      defined ? static_cast<absl::StatusCode>(trailers.code) : absl::StatusCode::kUnknown,
      OneLine(trailers.message));
  const std::optional<Duration> delay = FindDelay(trailers);
  return delay ? WithRetryAfter(status, *delay) : status;
}

}  // namespace spanhold::sending
