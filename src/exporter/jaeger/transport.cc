#include "src/exporter/jaeger/transport.h"

#include "src/core/check.h"
#include "src/exporter/jaeger/grpc_transport.h"
#include "src/exporter/jaeger/thrift_transport.h"

namespace spanhold::jaeger {

std::unique_ptr<sending::Transport> MakeTransport(const Config& config, net::EventLoop& http_loop,
                                                  rpc::GrpcLoop& grpc_loop, MemoryBudget& budget,
                                                  const Clock& clock) {
  const StatusOr<Target> target = config.Resolve();
  SPANHOLD_CHECK(target.ok());
  if (target->protocol == Protocol::kGrpc) {
    return std::make_unique<GrpcTransport>(config, *target, grpc_loop, budget);
  }
  return std::make_unique<ThriftTransport>(config, *target, http_loop, budget, clock);
}

}  // namespace spanhold::jaeger
