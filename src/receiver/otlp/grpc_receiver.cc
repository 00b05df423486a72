#include "src/receiver/otlp/grpc_receiver.h"

#include <algorithm>
#include <string>
#include <utility>

#include "src/core/log.h"
#include "src/core/mutex.h"
#include "src/net/listener.h"
#include "src/receiver/otlp/grpc_calls.h"
#include "src/receiver/otlp/grpc_server.h"
#include "src/receiver/otlp/peers.h"

namespace spanhold::otlp_receiver {
namespace {

// What a call costs then, and an idle connection: measured 75 KB and 18 KB.
constexpr uint64_t kUnreadCallBytes = 80 << 10;
constexpr uint64_t kConnectionBytes = 20 << 10;
constexpr uint64_t kMostConnections = 4096;
constexpr uint64_t kFewestConnections = 64;

// For requests under way at shutdown, and clients that do not leave when told: the exporters need
// the rest of the time for what is held.
constexpr Duration kDrainTime = std::chrono::seconds(2);

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

// Waits for what happens on the gRPC loop.
class Signal final : public rpc::Completion {
 public:
  void Complete(bool /*ok*/) override {
    const MutexLock lock(mutex_);
    completed_ = true;
    changed_.NotifyAll();
  }
  // False when `deadline` comes first.
  bool WaitUntil(Deadline deadline, const Clock& clock) {
    const MutexLock lock(mutex_);
    while (!completed_ && clock.Now() < deadline) {
      changed_.WaitUntil(mutex_, deadline);
    }
    return completed_;
  }
  void Wait() {
    const MutexLock lock(mutex_);
    while (!completed_) {
      changed_.Wait(mutex_);
    }
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool completed_ SPANHOLD_GUARDED_BY(mutex_) = false;
};

}  // namespace

struct GrpcReceiver::Impl {
  Impl(const GrpcConfig& c, const Parts& p)
      : config(c),
        parts(p),
        largest_message(LargestMessage(c, p.budget)),
        calls(
            {.largest_message = largest_message, .unread_bytes = kUnreadCallBytes},
            {p.admission, p.account, p.budget, p.telemetry, p.clock, p.random, p.grpc_loop, peers}),
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

  void Serve(int fd, std::string peer) {
    peers.Set(fd, std::move(peer));
    server->Serve(fd);
  }

  const GrpcConfig config;
  const Parts parts;
  const uint64_t largest_message;
  Peers peers;
  GrpcCalls calls;
  net::Listener listener;
  std::unique_ptr<GrpcServer> server;
};

GrpcReceiver::GrpcReceiver(const GrpcConfig& config, const Parts& parts)
    : impl_(std::make_unique<Impl>(config, parts)) {}

GrpcReceiver::~GrpcReceiver() = default;

Status GrpcReceiver::Start() {
  impl_->server = std::make_unique<GrpcServer>(impl_->config, QuotaBytes(impl_->parts.budget),
                                               impl_->parts.grpc_loop);
  impl_->calls.Start(impl_->server->get());
  Status listening = impl_->listener.Start(
      [this](int fd, std::string peer) { impl_->Serve(fd, std::move(peer)); });
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
  const Clock& clock = impl_->parts.clock;
  Signal ended;
  impl_->server->BeginShutdown(ended);
  if (!ended.WaitUntil(std::min(deadline, clock.Now() + kDrainTime), clock)) {
    impl_->server->CancelAllCalls();
  }
  Signal gone;
  impl_->calls.Close(gone);
  gone.Wait();
  ended.Wait();
  impl_->server.reset();
  return absl::OkStatus();
}

const config::Endpoint& GrpcReceiver::bound_endpoint() const {
  return impl_->listener.bound_endpoint();
}

}  // namespace spanhold::otlp_receiver
