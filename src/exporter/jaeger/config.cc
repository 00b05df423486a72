#include "src/exporter/jaeger/config.h"

#include <cstdint>

namespace spanhold::jaeger {
namespace {

constexpr uint16_t kGrpcPort = 14250;
constexpr uint16_t kThriftPort = 14268;
constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kHttpsPort = 443;
constexpr char kTracesPath[] = "/api/traces";

bool IsUrl(const config::Endpoint& endpoint) {
  return endpoint.scheme == "http" || endpoint.scheme == "https";
}

bool HasPath(const config::Endpoint& endpoint) {
  return IsUrl(endpoint) && !endpoint.path.empty() && endpoint.path != "/";
}

Protocol ByEndpoint(const config::Endpoint& endpoint) {
  if (IsUrl(endpoint)) {
    return endpoint.port == kGrpcPort && !HasPath(endpoint) ? Protocol::kGrpc
                                                            : Protocol::kThriftHttp;
  }
  return endpoint.scheme.empty() && endpoint.port == kThriftPort ? Protocol::kThriftHttp
                                                                 : Protocol::kGrpc;
}

StatusOr<config::Endpoint> ThriftEndpoint(config::Endpoint endpoint) {
  if (endpoint.scheme.empty()) {
    endpoint.scheme = "http";
    endpoint.port = endpoint.port == 0 ? kThriftPort : endpoint.port;
  }
  if (!IsUrl(endpoint)) {
    return absl::InvalidArgumentError(
        "want a URL like \"http://localhost:14268/api/traces\" with protocol: thrift_http");
  }
  if (endpoint.port == 0) {
    endpoint.port = endpoint.scheme == "https" ? kHttpsPort : kHttpPort;
  }
  if (!HasPath(endpoint)) {
    endpoint.path = kTracesPath;
  }
  return endpoint;
}

StatusOr<config::Endpoint> GrpcEndpoint(config::Endpoint endpoint) {
  if (HasPath(endpoint)) {
    return absl::InvalidArgumentError(
        "want \"host:port\" like \"localhost:14250\" with protocol: grpc");
  }
  if (endpoint.port == 0) {
    endpoint.port = kGrpcPort;
  }
  return endpoint;
}

}  // namespace

void Config::Describe(config::Fields& fields) {
  fields.String({"endpoint", "http://host:14268/api/traces, or host:14250; required"}, endpoint);
  config::OneOf(fields, {"protocol", "thrift_http or grpc; absent: as the endpoint looks"},
                protocol,
                {{"", static_cast<int>(Protocol::kByEndpoint)},
                 {"thrift_http", static_cast<int>(Protocol::kThriftHttp)},
                 {"grpc", static_cast<int>(Protocol::kGrpc)}});
  fields.Section({"tls", "how to reach a Jaeger with TLS"},
                 [this](config::Fields& section) { tls.Describe(section); });
  fields.SecretMap({"headers", "sent with each request"}, headers);
  config::OneOf(fields, {"compression", "none, or gzip with protocol grpc"}, compression,
                {{"none", static_cast<int>(Compression::kNone)},
                 {"", static_cast<int>(Compression::kNone)},
                 {"gzip", static_cast<int>(Compression::kGzip)}});
  sending.Describe(fields);

  const StatusOr<Target> target = Resolve();
  fields.Check("endpoint", target.ok(), MessageOf(target.status()));
  const bool is_grpc = target.ok() && target->protocol == Protocol::kGrpc;
  const bool is_thrift = target.ok() && target->protocol == Protocol::kThriftHttp;
  fields.Check("compression", !is_thrift || compression == Compression::kNone,
               "Jaeger's Thrift endpoint takes no compressed requests; use none, or gRPC");
  fields.Check("tls", !is_grpc || tls.insecure || tls.min_version == "1.2",
               "min_version: gRPC offers 1.2 and newer; leave out min_version");
}

std::vector<config::EndpointUse> Config::SendEndpoints() const {
  const StatusOr<Target> target = Resolve();
  return target.ok() ? std::vector<config::EndpointUse>{{"endpoint", target->endpoint}}
                     : std::vector<config::EndpointUse>{};
}

StatusOr<Target> Config::Resolve() const {
  if (endpoint.empty()) {
    return absl::InvalidArgumentError(
        "required: where Jaeger listens, like \"http://localhost:14268/api/traces\" or "
        "\"localhost:14250\"");
  }
  SPANHOLD_ASSIGN_OR_RETURN(config::Endpoint parsed, config::ParseEndpoint(endpoint));
  Target target;
  target.protocol = protocol == Protocol::kByEndpoint ? ByEndpoint(parsed) : protocol;
  SPANHOLD_ASSIGN_OR_RETURN(target.endpoint, target.protocol == Protocol::kGrpc
                                                 ? GrpcEndpoint(std::move(parsed))
                                                 : ThriftEndpoint(std::move(parsed)));
  return target;
}

}  // namespace spanhold::jaeger
