#include "src/receiver/otlp/grpc_server.h"

#include <algorithm>
#include <limits>
#include <vector>

#include <grpc/grpc.h>
#include <grpc/grpc_posix.h>
#include <grpc/grpc_security.h>

namespace spanhold::otlp_receiver {
namespace {

// Bytes of a message that gRPC takes in before anybody reads the call.
constexpr int kLookAhead = 64 << 10;

int Milliseconds(Duration duration) {
  const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return static_cast<int>(std::min<int64_t>(count, std::numeric_limits<int>::max()));
}

// gRPC writes "no limit" so.
int MillisecondsOrNever(Duration duration) {
  return duration > Duration::zero() ? Milliseconds(duration) : std::numeric_limits<int>::max();
}

// The settings of one server.
class Arguments {
 public:
  void Add(const char* key, int value) {
    grpc_arg& argument = all_.emplace_back();
    argument.type = GRPC_ARG_INTEGER;
    argument.key = const_cast<char*>(key);
    argument.value.integer = value;
  }
  void AddIfSet(const char* key, int64_t value) {
    if (value > 0) {
      Add(key, static_cast<int>(value));
    }
  }
  void Add(grpc_resource_quota* quota) {
    grpc_arg& argument = all_.emplace_back();
    argument.type = GRPC_ARG_POINTER;
    argument.key = const_cast<char*>(GRPC_ARG_RESOURCE_QUOTA);
    argument.value.pointer = {quota, grpc_resource_quota_arg_vtable()};
  }

  grpc_channel_args all() { return {all_.size(), all_.data()}; }

 private:
  std::vector<grpc_arg> all_;
};

void AddKeepalive(const GrpcKeepalive& keepalive, Arguments& arguments) {
  arguments.Add(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                MillisecondsOrNever(keepalive.max_connection_idle));
  arguments.Add(GRPC_ARG_MAX_CONNECTION_AGE_MS, MillisecondsOrNever(keepalive.max_connection_age));
  arguments.Add(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                MillisecondsOrNever(keepalive.max_connection_age_grace));
  arguments.Add(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(keepalive.time));
  arguments.Add(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(keepalive.timeout));
  arguments.Add(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                Milliseconds(keepalive.min_time));
  arguments.Add(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, keepalive.permit_without_stream ? 1 : 0);
}

// Measured in docs/decisions/grpc-server.md.
grpc_server* MakeServer(const GrpcConfig& config, uint64_t quota_bytes) {
  Arguments arguments;
  arguments.Add(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.Add(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kLookAhead);
  arguments.Add(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  // The calls look at the size themselves, to count it and to say the limit.
  arguments.Add(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, -1);
  arguments.AddIfSet(GRPC_ARG_MAX_CONCURRENT_STREAMS, config.max_concurrent_streams);
  arguments.AddIfSet(GRPC_ARG_TCP_READ_CHUNK_SIZE, static_cast<int64_t>(config.read_buffer_size));
  arguments.AddIfSet(GRPC_ARG_HTTP2_WRITE_BUFFER_SIZE,
                     static_cast<int64_t>(config.write_buffer_size));
  AddKeepalive(config.keepalive, arguments);
  grpc_resource_quota* const quota = grpc_resource_quota_create("otlp");
  grpc_resource_quota_resize(quota, quota_bytes);
  arguments.Add(quota);
  const grpc_channel_args all = arguments.all();
  grpc_server* const server = grpc_server_create(&all, nullptr);
  grpc_resource_quota_unref(quota);  // the server has its own reference
  return server;
}

}  // namespace

GrpcServer::GrpcServer(const GrpcConfig& config, uint64_t quota_bytes, rpc::GrpcLoop& loop)
    : server_(MakeServer(config, quota_bytes)),
      credentials_(grpc_insecure_server_credentials_create()),
      loop_(loop) {
  grpc_server_register_completion_queue(server_, loop_.queue(), nullptr);
  grpc_server_start(server_);
}

GrpcServer::~GrpcServer() {
  grpc_server_destroy(server_);
  grpc_server_credentials_release(credentials_);
}

void GrpcServer::Serve(int fd) {
  grpc_server_add_channel_from_fd(server_, fd, credentials_);
}

void GrpcServer::BeginShutdown(rpc::Completion& ended) {
  grpc_server_shutdown_and_notify(server_, loop_.queue(), &ended);
}

void GrpcServer::CancelAllCalls() {
  grpc_server_cancel_all_calls(server_);
}

}  // namespace spanhold::otlp_receiver
