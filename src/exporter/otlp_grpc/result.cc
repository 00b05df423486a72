#include "src/exporter/otlp_grpc/result.h"

#include <algorithm>
#include <optional>

#include "src/core/one_line.h"
#include "src/exporter/sending/too_large.h"
#include "src/otlp/rpc_messages.h"

namespace spanhold::otlp_grpc {

sending::SendResult ResultOf(const StatusOr<std::string>& answer) {
  sending::SendResult result;
  result.status = answer.status();
  result.too_large = sending::SaysTooLarge(result.status);
  if (!answer.ok()) {
    return result;
  }
  if (const std::optional<otlp::ExportResponse> response = otlp::ReadExportResponse(*answer)) {
    result.rejected_spans = static_cast<uint64_t>(std::max<int64_t>(response->rejected_spans, 0));
    result.message = OneLine(response->error_message);
  }
  return result;
}

}  // namespace spanhold::otlp_grpc
