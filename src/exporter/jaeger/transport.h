#pragma once

#include <memory>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/exporter/jaeger/config.h"
#include "src/exporter/sending/grpc_client.h"
#include "src/exporter/sending/transport.h"
#include "src/net/event_loop.h"

namespace spanhold::jaeger {

// The transport of the protocol that `config`, which Describe() has found no error in, asks for.
// The references must outlive it.
std::unique_ptr<sending::Transport> MakeTransport(const Config& config, net::EventLoop& http_loop,
                                                  rpc::GrpcLoop& grpc_loop, MemoryBudget& budget,
                                                  const Clock& clock);

}  // namespace spanhold::jaeger
