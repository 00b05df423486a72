#include "src/receiver/otlp/grpc_reply.h"

#include <optional>

#include "src/otlp/rpc_messages.h"

namespace spanhold::otlp_receiver {

GrpcReply ReplyFor(const Status& status) {
  GrpcReply reply;
  reply.code = static_cast<int>(status.code());
  reply.message = MessageOf(status);
  const std::optional<Duration> delay = RetryAfter(status);
  if (!delay) {
    return reply;
  }
  reply.retry_info = otlp::WriteRetryInfo(*delay);
  reply.status_details = otlp::WriteRpcStatus(reply.code, reply.message, reply.retry_info);
  return reply;
}

}  // namespace spanhold::otlp_receiver
