#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/sink/arrivals.h"
#include "src/config/endpoint.h"
#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/status.h"
#include "src/net/event_loop.h"

namespace spanhold::bench {

// A backend that takes everything and answers OK, `delay` after it has counted.
struct BackendOptions {
  config::Endpoint listen;
  Duration delay = Duration::zero();
  // gRPC's status codes for its requests in turn, over and over: what is not OK is not counted.
  std::vector<int> grpc_answers = {0};
};

// A listening backend; the destructor closes it.
class Backend {
 public:
  virtual ~Backend() = default;
};

// OTLP/gRPC, also compressed with gzip. `loop` runs the delays. Ownership: all must outlive it.
StatusOr<std::unique_ptr<Backend>> StartGrpcBackend(const BackendOptions& options,
                                                    Arrivals& arrivals, MemoryBudget& budget,
                                                    const Clock& clock, net::EventLoop& loop);

// OTLP/HTTP on /v1/traces (protobuf, JSON), Jaeger's Thrift on /api/traces; bodies also compressed
// with gzip, zlib or zstd. GET /report answers `report()`. `loop` runs all of it and must run until
// the backend is destroyed. Ownership: all must outlive it.
StatusOr<std::unique_ptr<Backend>> StartHttpBackend(const BackendOptions& options,
                                                    Arrivals& arrivals, MemoryBudget& budget,
                                                    const Clock& clock, net::EventLoop& loop,
                                                    std::function<std::string()> report);

}  // namespace spanhold::bench
