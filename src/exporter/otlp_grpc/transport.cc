#include "src/exporter/otlp_grpc/transport.h"

#include <string>
#include <utility>

#include "src/exporter/otlp_grpc/result.h"
#include "src/otlp/encode.h"

namespace spanhold::otlp_grpc {
namespace {

constexpr char kExport[] = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

}  // namespace

void OtlpGrpcTransport::Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) {
  client_.Call(kExport, otlp::EncodeInPieces(batch, budget_), deadline,
               [done = std::move(done)](const StatusOr<std::string>& answer) mutable {
                 done(ResultOf(answer));
               });
}

Status OtlpGrpcTransport::Shutdown() {
  client_.Shutdown();
  return absl::OkStatus();
}

}  // namespace spanhold::otlp_grpc
