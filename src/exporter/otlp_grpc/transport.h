#pragma once

#include "src/core/memory_budget.h"
#include "src/exporter/otlp_grpc/config.h"
#include "src/exporter/sending/grpc_client.h"
#include "src/exporter/sending/transport.h"

namespace spanhold::otlp_grpc {

// Sends batches to an OTLP/gRPC backend: one TraceService/Export each.
//
// Threading: thread-safe; encodes and compresses on the caller's thread, answers on the loop's.
// Ownership: `loop` and `budget` must outlive it; the loop runs until Shutdown() has returned.
class OtlpGrpcTransport final : public sending::Transport {
 public:
  OtlpGrpcTransport(const Config& config, rpc::GrpcLoop& loop, MemoryBudget& budget)
      : budget_(budget), client_(config.client, loop, budget) {}

  [[nodiscard]] Status Start() override { return client_.Start(); }
  void Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) override;
  [[nodiscard]] Status Shutdown() override;

 private:
  MemoryBudget& budget_;
  sending::GrpcClient client_;
};

}  // namespace spanhold::otlp_grpc
