#include "src/exporter/otlp_grpc/result.h"

#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include "src/core/one_line.h"
#include "src/exporter/sending/too_large.h"

namespace spanhold::otlp_grpc {

sending::SendResult ResultOf(const StatusOr<std::string>& answer) {
  sending::SendResult result;
  result.status = answer.status();
  result.too_large = sending::SaysTooLarge(result.status);
  opentelemetry::proto::collector::trace::v1::ExportTraceServiceResponse response;
  if (!answer.ok() || answer->empty() || !response.ParseFromString(*answer)) {
    return result;
  }
  const auto& partial = response.partial_success();
  result.rejected_spans =
      partial.rejected_spans() > 0 ? static_cast<uint64_t>(partial.rejected_spans()) : 0;
  result.message = OneLine(partial.error_message());
  return result;
}

}  // namespace spanhold::otlp_grpc
