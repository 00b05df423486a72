#pragma once

#include <string>
#include <vector>

#include "src/config/endpoint.h"
#include "src/config/fields.h"

namespace spanhold::health_check {

// `extensions.health_check`: the Collector's keys.
struct Config final : config::ComponentConfig {
  std::string endpoint = "localhost:13133";
  std::string path = "/";
  std::string response_body;  // empty: the Collector's JSON

  void Describe(config::Fields& fields) override;
  std::vector<config::EndpointUse> ListenEndpoints() const override;
};

}  // namespace spanhold::health_check
