#include "src/exporter/otlp_grpc/config.h"

namespace spanhold::otlp_grpc {

void Config::Describe(config::Fields& fields) {
  client.Describe(fields);
  sending.Describe(fields);
}

std::vector<config::EndpointUse> Config::SendEndpoints() const {
  const StatusOr<config::Endpoint> endpoint = config::ParseEndpoint(client.endpoint);
  if (!endpoint.ok()) {
    return {};
  }
  return {{"endpoint", *endpoint}};
}

}  // namespace spanhold::otlp_grpc
