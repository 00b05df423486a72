#include "src/receiver/otlp/receiver.h"

#include "src/receiver/otlp/grpc_receiver.h"
#include "src/receiver/otlp/http_receiver.h"

namespace spanhold::otlp_receiver {

OtlpReceiver::OtlpReceiver(const Config& config, const std::string& id, const Parts& parts) {
  if (config.has_grpc) {
    transports_.push_back(std::make_unique<GrpcReceiver>(
        config.grpc, GrpcReceiver::Parts{parts.admission, parts.ledger.AddReceiver(id, "grpc"),
                                         parts.budget, parts.telemetry, parts.clock, parts.random,
                                         parts.loop, parts.grpc_loop}));
  }
  if (config.has_http) {
    transports_.push_back(std::make_unique<HttpReceiver>(
        config.http,
        HttpReceiver::Parts{parts.admission, parts.ledger.AddReceiver(id, "http"), parts.budget,
                            parts.telemetry, parts.clock, parts.random, parts.loop}));
  }
}

Status OtlpReceiver::Start() {
  for (const auto& transport : transports_) {
    SPANHOLD_RETURN_IF_ERROR(transport->Start());
  }
  return absl::OkStatus();
}

Status OtlpReceiver::Shutdown(Deadline deadline) {
  Status first;
  for (const auto& transport : transports_) {
    first.Update(transport->Shutdown(deadline));
  }
  return first;
}

}  // namespace spanhold::otlp_receiver
