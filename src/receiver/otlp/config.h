#pragma once

#include <vector>

#include "src/config/fields.h"
#include "src/receiver/otlp/grpc_config.h"
#include "src/receiver/otlp/http_config.h"

namespace spanhold::otlp_receiver {

// `receivers.otlp`: `protocols` with `grpc`, `http` or both; naming one enables it.
struct Config final : config::ComponentConfig {
  bool has_grpc = false;
  GrpcConfig grpc;
  bool has_http = false;
  HttpConfig http;

  void Describe(config::Fields& fields) override;
  std::vector<config::EndpointUse> ListenEndpoints() const override;
};

}  // namespace spanhold::otlp_receiver
