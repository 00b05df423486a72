#include "src/exporter/otlp_grpc/transport.h"

#include <utility>

#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include "src/otlp/encode.h"

namespace spanhold::otlp_grpc {
namespace {

constexpr char kExport[] = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

}  // namespace

sending::SendResult ResultOf(const StatusOr<std::string>& response) {
  sending::SendResult result;
  result.status = response.status();
  if (!response.ok() || response->empty()) {
    return result;
  }
  opentelemetry::proto::collector::trace::v1::ExportTraceServiceResponse message;
  if (!message.ParseFromString(*response)) {
    return result;
  }
  const auto& partial = message.partial_success();
  if (partial.rejected_spans() > 0) {
    result.rejected_spans = static_cast<uint64_t>(partial.rejected_spans());
  }
  result.message = partial.error_message();
  return result;
}

OtlpGrpcTransport::OtlpGrpcTransport(const Config& config, sending::GrpcClientLoop& loop,
                                     MemoryBudget& budget)
    : budget_(budget), client_(config.client, loop, budget) {}

void OtlpGrpcTransport::Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) {
  client_.Call(kExport, otlp::Encode(batch, budget_), deadline,
               [done = std::move(done)](const StatusOr<std::string>& response) mutable {
                 done(ResultOf(response));
               });
}

Status OtlpGrpcTransport::Shutdown() {
  client_.Shutdown();
  return absl::OkStatus();
}

}  // namespace spanhold::otlp_grpc
