#pragma once

#include <string>
#include <vector>

#include "src/config/endpoint.h"
#include "src/config/fields.h"

namespace spanhold::health_check {

// `health_check`: the keys of the Collector's extension.
struct Config final : config::ComponentConfig {
  void Describe(config::Fields& fields) override;
  std::vector<config::EndpointUse> ListenEndpoints() const override;

  // Only after a Describe() that found no error.
  config::Endpoint ListenEndpoint() const;

  std::string endpoint = "localhost:13133";
  std::string path = "/";
  // Bodies instead of the JSON; empty: the JSON.
  std::string healthy_body;
  std::string unhealthy_body;
};

}  // namespace spanhold::health_check
