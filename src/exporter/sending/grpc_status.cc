#include "src/exporter/sending/grpc_status.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include "src/core/one_line.h"

namespace spanhold::sending {
namespace {

template <typename Message>
bool Parse(std::string_view bytes, Message& message) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

// A server may ask for any delay; one that is longer counts as this one.
constexpr int64_t kLongestDelaySeconds = int64_t{24} * 60 * 60;

std::optional<Duration> DelayOf(const google::rpc::RetryInfo& info) {
  if (!info.has_retry_delay()) {
    return std::nullopt;
  }
  const google::protobuf::Duration& delay = info.retry_delay();
  return std::chrono::seconds(std::clamp<int64_t>(delay.seconds(), 0, kLongestDelaySeconds)) +
         std::chrono::nanoseconds(std::clamp(delay.nanos(), 0, 999'999'999));
}

std::optional<Duration> FindDelay(const GrpcTrailers& trailers) {
  google::rpc::Status status;
  google::rpc::RetryInfo info;
  if (!trailers.status_details.empty() && Parse(trailers.status_details, status)) {
    for (const google::protobuf::Any& detail : status.details()) {
      if (detail.UnpackTo(&info)) {
        return DelayOf(info);
      }
    }
  }
  if (!trailers.retry_info.empty() && Parse(trailers.retry_info, info)) {
    return DelayOf(info);
  }
  return std::nullopt;
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
