#include "src/receiver/otlp/grpc_receiver.h"

#include <pthread.h>

#include <algorithm>
#include <limits>
#include <string>
#include <thread>
#include <utility>

#include <grpc/grpc.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "src/core/log.h"
#include "src/net/listener.h"
#include "src/receiver/otlp/grpc_calls.h"

namespace spanhold::otlp_receiver {
namespace {

using Acceptor = grpc::experimental::ExternalConnectionAcceptor;
using AcceptorType = grpc::ServerBuilder::experimental_type::ExternalConnectionType;

// Bytes of a message that gRPC takes in before anybody reads the call.
constexpr int kLookAhead = 64 << 10;
// What a call costs then, and an idle connection: measured 75 KB and 18 KB.
constexpr uint64_t kUnreadCallBytes = 80 << 10;
constexpr uint64_t kConnectionBytes = 20 << 10;
constexpr uint64_t kMostConnections = 4096;
constexpr uint64_t kFewestConnections = 64;

// For requests under way at shutdown, and clients that do not leave when told: the exporters need
// the rest of the time for what is held.
constexpr Duration kDrainTime = std::chrono::seconds(2);

int Milliseconds(Duration duration) {
  const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return static_cast<int>(std::min<int64_t>(count, std::numeric_limits<int>::max()));
}

// gRPC writes "no limit" so.
int MillisecondsOrNever(Duration duration) {
  return duration > Duration::zero() ? Milliseconds(duration) : std::numeric_limits<int>::max();
}

// A read reserves the largest message there is, so it must leave room for more than one.
uint64_t LargestMessage(const GrpcConfig& config, const MemoryBudget& budget) {
  return std::min(config.max_request_bytes(), budget.limit() / 4);
}

uint64_t MostConnections(const MemoryBudget& budget) {
  return std::clamp(budget.limit() / (2 * kConnectionBytes), kFewestConnections, kMostConnections);
}

// Reads are reserved in the budget, so gRPC should never hold more than that and its connections.
// But it takes in a whole message before anybody can look at its size: this resets the call of a
// client that sends one far beyond the limit.
uint64_t QuotaBytes(const MemoryBudget& budget) {
  return budget.limit() + budget.limit() / 8 + MostConnections(budget) * kConnectionBytes;
}

void SetKeepalive(const GrpcKeepalive& keepalive, grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                             MillisecondsOrNever(keepalive.max_connection_idle));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             MillisecondsOrNever(keepalive.max_connection_age));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             MillisecondsOrNever(keepalive.max_connection_age_grace));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(keepalive.time));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(keepalive.timeout));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Milliseconds(keepalive.min_time));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS,
                             keepalive.permit_without_stream ? 1 : 0);
}

// Measured in docs/decisions/grpc-server.md.
void SetArguments(const GrpcConfig& config, grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kLookAhead);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // The calls look at the size themselves, to count it and to say the limit.
  builder.SetMaxReceiveMessageSize(-1);
  if (config.max_concurrent_streams > 0) {
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                               static_cast<int>(config.max_concurrent_streams));
  }
  if (config.read_buffer_size > 0) {
    builder.AddChannelArgument(GRPC_ARG_TCP_READ_CHUNK_SIZE,
                               static_cast<int>(config.read_buffer_size));
  }
  if (config.write_buffer_size > 0) {
    builder.AddChannelArgument(GRPC_ARG_HTTP2_WRITE_BUFFER_SIZE,
                               static_cast<int>(config.write_buffer_size));
  }
  SetKeepalive(config.keepalive, builder);
}

gpr_timespec FromNow(Duration duration) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_nanos(duration.count(), GPR_TIMESPAN));
}

}  // namespace

struct GrpcReceiver::Impl {
  Impl(const GrpcConfig& c, const Parts& p)
      : config(c),
        parts(p),
        largest_message(LargestMessage(c, p.budget)),
        calls({.largest_message = largest_message, .unread_bytes = kUnreadCallBytes},
              {p.admission, p.account, p.budget, p.telemetry, p.clock, p.random}),
        listener(ListenerOptions(c, p), p.loop) {}

  static net::Listener::Options ListenerOptions(const GrpcConfig& config, const Parts& parts) {
    Counter& pauses = parts.telemetry.AddCounter(
        "spanhold_receiver_accept_pauses",
        "Moments without accepting: too many connections or open files.",
        {{"receiver", parts.account.receiver()}, {"transport", parts.account.transport()}});
    net::Listener::Options options;
    options.name = parts.account.receiver() + " grpc";
    options.endpoint = config.ListenEndpoint();
    options.max_connections = MostConnections(parts.budget);
    options.on_pause = [&pauses] {
      pauses.Add(1);
    };
    return options;
  }

  void Build() {
    grpc::ResourceQuota quota;
    quota.Resize(QuotaBytes(parts.budget));
    grpc::ServerBuilder builder;
    builder.SetResourceQuota(quota);
    SetArguments(config, builder);
    // Calls are taken over the C API; without this service the C++ server would take them itself.
    builder.RegisterAsyncGenericService(&unused_service);
    acceptor = builder.experimental().AddExternalConnectionAcceptor(
        AcceptorType::FROM_FD, grpc::InsecureServerCredentials());
    queue = builder.AddCompletionQueue();
    server = builder.BuildAndStart();
  }

  void Serve(int fd) {
    Acceptor::NewConnectionParameters connection;
    connection.fd = fd;
    acceptor->HandleNewConnection(&connection);
  }

  const GrpcConfig config;
  const Parts parts;
  const uint64_t largest_message;
  GrpcCalls calls;
  net::Listener listener;

  grpc::AsyncGenericService unused_service;
  std::unique_ptr<Acceptor> acceptor;
  std::unique_ptr<grpc::ServerCompletionQueue> queue;
  std::unique_ptr<grpc::Server> server;
  std::thread thread;
};

GrpcReceiver::GrpcReceiver(const GrpcConfig& config, const Parts& parts)
    : impl_(std::make_unique<Impl>(config, parts)) {}

GrpcReceiver::~GrpcReceiver() = default;

Status GrpcReceiver::Start() {
  impl_->Build();
  impl_->thread = std::thread([this] {
    pthread_setname_np(pthread_self(), "otlp-grpc");
    impl_->calls.Run(impl_->server->c_server(), impl_->queue->cq());
  });
  const Status listening =
      impl_->listener.Start([this](int fd, const std::string& /*peer*/) { impl_->Serve(fd); });
  if (!listening.ok()) {
    Shutdown(impl_->parts.clock.Now()).IgnoreError();
    return listening;
  }
  if (impl_->largest_message < impl_->config.max_request_bytes()) {
    Log(LogLevel::kInfo, impl_->parts.account.receiver(),
        "requests are limited to a quarter of the memory budget",
        {{"transport", "grpc"}, {"limit_bytes", impl_->largest_message}});
  }
  return absl::OkStatus();
}

Status GrpcReceiver::Shutdown(Deadline deadline) {
  impl_->listener.Stop();
  if (impl_->server == nullptr) {
    return absl::OkStatus();
  }
  impl_->server->Shutdown(FromNow(std::min(deadline - impl_->parts.clock.Now(), kDrainTime)));
  impl_->calls.Close();
  impl_->queue->Shutdown();
  impl_->thread.join();
  impl_->acceptor.reset();
  impl_->server.reset();
  return absl::OkStatus();
}

const config::Endpoint& GrpcReceiver::bound_endpoint() const {
  return impl_->listener.bound_endpoint();
}

}  // namespace spanhold::otlp_receiver
