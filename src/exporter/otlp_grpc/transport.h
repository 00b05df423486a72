#pragma once

#include <string>

#include "src/core/memory_budget.h"
#include "src/exporter/otlp_grpc/config.h"
#include "src/exporter/sending/grpc_client.h"
#include "src/exporter/sending/transport.h"

namespace spanhold::otlp_grpc {

// What a backend's answer to an export means: OK with what its partial success says, or its error,
// which carries the delay it asked for. A response that cannot be read is a success: the spans were
// taken, and sending them again would double them.
sending::SendResult ResultOf(const StatusOr<std::string>& response);

// Sends batches as OTLP over gRPC, each as one request.
//
// Threading: thread-safe; encoding and compressing run on the caller's thread. Ownership: `loop` and
// `budget` must outlive it.
class OtlpGrpcTransport final : public sending::Transport {
 public:
  OtlpGrpcTransport(const Config& config, sending::GrpcClientLoop& loop, MemoryBudget& budget);

  [[nodiscard]] Status Start() override { return client_.Start(); }
  void Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) override;
  [[nodiscard]] Status Shutdown() override;

 private:
  MemoryBudget& budget_;
  sending::GrpcClient client_;
};

}  // namespace spanhold::otlp_grpc
