#pragma once

#include <vector>

#include "src/config/fields.h"
#include "src/exporter/sending/config.h"
#include "src/exporter/sending/grpc_client_config.h"

namespace spanhold::otlp_grpc {

// `otlp_grpc`, also `otlp`: the Collector's keys (otlpexporter).
struct Config final : config::ComponentConfig {
  sending::GrpcClientConfig client;
  sending::SendingConfig sending;

  void Describe(config::Fields& fields) override;
  std::string StorageId() const override { return sending.StorageId(); }
  std::vector<config::EndpointUse> SendEndpoints() const override;
};

}  // namespace spanhold::otlp_grpc
