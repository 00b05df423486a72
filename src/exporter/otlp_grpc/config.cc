#include "src/exporter/otlp_grpc/config.h"

namespace spanhold::otlp_grpc {

void Config::Describe(config::Fields& fields) {
  client.Describe(fields);
  sending.Describe(fields);
}

std::vector<config::EndpointUse> Config::SendEndpoints() const {
  return {{"endpoint", client.Destination()}};
}

}  // namespace spanhold::otlp_grpc
