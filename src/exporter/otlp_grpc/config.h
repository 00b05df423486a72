#pragma once

#include <string>
#include <vector>

#include "src/config/fields.h"
#include "src/exporter/sending/config.h"
#include "src/exporter/sending/grpc_client_config.h"

namespace spanhold::otlp_grpc {

// `exporters.otlp_grpc` (`otlp`): the Collector's keys and defaults.
struct Config final : config::ComponentConfig {
  sending::GrpcClientConfig client;
  sending::SendingConfig sending;

  void Describe(config::Fields& fields) override;
  std::vector<config::EndpointUse> SendEndpoints() const override;
};

}  // namespace spanhold::otlp_grpc
