#pragma once

#include <vector>

#include "src/core/memory_budget.h"
#include "src/exporter/jaeger/config.h"
#include "src/exporter/sending/grpc_client.h"
#include "src/exporter/sending/transport.h"

namespace spanhold::jaeger {

// Sends batches to Jaeger's CollectorService, one PostSpans of one process each. What its answers
// mean is in answer.h.
//
// Threading: thread-safe; encoding runs on the caller's thread. Ownership: `loop` and `budget` must
// outlive it.
class GrpcTransport final : public sending::Transport {
 public:
  // `target` is what `config` resolves to.
  GrpcTransport(const Config& config, const Target& target, rpc::GrpcLoop& loop,
                MemoryBudget& budget);

  [[nodiscard]] Status Start() override { return client_.Start(); }
  std::vector<otlp::TraceBatch> Split(otlp::TraceBatch batch) const override;
  void Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) override;
  [[nodiscard]] Status Shutdown() override;

 private:
  MemoryBudget& budget_;
  sending::GrpcClient client_;
};

// The keys of the gRPC client that `config` and what it resolves to come to.
sending::GrpcClientConfig ClientConfig(const Config& config, const Target& target);

}  // namespace spanhold::jaeger
