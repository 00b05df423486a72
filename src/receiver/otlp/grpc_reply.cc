#include "src/receiver/otlp/grpc_reply.h"

#include <optional>

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

namespace spanhold::otlp_receiver {
namespace {

google::rpc::RetryInfo RetryInfoOf(Duration delay) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(delay);
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(seconds.count());
  info.mutable_retry_delay()->set_nanos(static_cast<int>((delay - seconds).count()));
  return info;
}

}  // namespace

GrpcReply ReplyFor(const Status& status) {
  GrpcReply reply;
  reply.code = static_cast<int>(status.code());
  reply.message = MessageOf(status);
  const std::optional<Duration> delay = RetryAfter(status);
  if (!delay) {
    return reply;
  }
  const google::rpc::RetryInfo info = RetryInfoOf(*delay);
  google::rpc::Status details;
  details.set_code(reply.code);
  details.set_message(reply.message);
  details.add_details()->PackFrom(info);
  reply.status_details = details.SerializeAsString();
  reply.retry_info = info.SerializeAsString();
  return reply;
}

}  // namespace spanhold::otlp_receiver
