#include "src/receiver/otlp/config.h"

namespace spanhold::otlp_receiver {

void Config::Describe(config::Fields& fields) {
  fields.Section(
      {"protocols", "the transports to listen on, one at least"},
      [this](config::Fields& protocols) {
        protocols.OptionalSection({"grpc", "OTLP/gRPC"}, has_grpc,
                                  [this](config::Fields& nested) { grpc.Describe(nested); });
        protocols.OptionalSection({"http", "OTLP/HTTP, protobuf and JSON"}, has_http,
                                  [this](config::Fields& nested) { http.Describe(nested); });
      });
  fields.Check(
      "protocols", has_grpc || has_http,
      "must specify at least one protocol when using the OTLP receiver: grpc, http or both");
}

std::vector<config::EndpointUse> Config::ListenEndpoints() const {
  std::vector<config::EndpointUse> uses;
  if (has_grpc) {
    uses.push_back({"protocols.grpc.endpoint", grpc.ListenEndpoint()});
  }
  if (has_http) {
    uses.push_back({"protocols.http.endpoint", http.ListenEndpoint()});
  }
  return uses;
}

}  // namespace spanhold::otlp_receiver
