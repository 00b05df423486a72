#include "src/exporter/sending/grpc_client_config.h"

#include <absl/strings/str_cat.h>

#include "src/core/status.h"

namespace spanhold::sending {
namespace {

StatusOr<config::Endpoint> Parse(const std::string& text) {
  if (text.empty()) {
    return absl::InvalidArgumentError("required: where to send, like \"jaeger:4317\"");
  }
  SPANHOLD_ASSIGN_OR_RETURN(config::Endpoint endpoint, config::ParseEndpoint(text));
  if (endpoint.is_unix()) {
    return endpoint;
  }
  if (endpoint.port == 0 || endpoint.host.empty()) {
    return absl::InvalidArgumentError("want host and port, like \"jaeger:4317\"");
  }
  if (!endpoint.path.empty() && endpoint.path != "/") {
    return absl::InvalidArgumentError(
        absl::StrCat("gRPC has no path, got \"", endpoint.path, "\"; for a URL use otlp_http"));
  }
  return endpoint;
}

bool IsCompressionSupported(const std::string& name) {
  return name == "gzip" || name == "none" || name.empty();
}

void DescribeKeepalive(config::Fields& fields, GrpcClientConfig::Keepalive& keepalive) {
  fields.Time({"time", "ping a silent server after this time"}, keepalive.time);
  fields.Time({"timeout", "close the connection when no answer to a ping comes for so long"},
              keepalive.timeout);
  fields.Bool({"permit_without_stream", "ping also while no request is under way"},
              keepalive.permit_without_stream);
}

}  // namespace

void GrpcClientConfig::Describe(config::Fields& fields) {
  fields.String({"endpoint", "where to send: host:port, https://host:port or unix:/path"},
                endpoint);
  fields.Section({"tls", "how the connection is secured"},
                 [this](config::Fields& section) { tls.Describe(section); });
  fields.String({"compression", "gzip or none"}, compression);
  fields.SecretMap({"headers", "sent with each request"}, headers);
  fields.String({"authority", "the :authority header; empty: host and port of the endpoint"},
                authority);
  fields.String({"user_agent", "how Spanhold calls itself"}, user_agent);
  fields.OptionalSection(
      {"keepalive", "pings that find a dead connection"}, keepalive.enabled,
      [this](config::Fields& section) { DescribeKeepalive(section, keepalive); });
  fields.Size({"read_buffer_size", "read at once from the socket; 0: gRPC's own choice"},
              read_buffer_size);
  fields.Size({"write_buffer_size", "gathered for one write; 0: gRPC's own choice"},
              write_buffer_size);
  fields.Bool({"wait_for_ready", "requests wait for a connection until `timeout`, else they fail"},
              wait_for_ready);
  fields.String({"balancer_name", "over several addresses of a name: round_robin or pick_first"},
                balancer_name);
  fields.Refused({"auth", "authenticator extension"},
                 "send credentials with `headers` or a client certificate with `tls`");
  fields.Refused({"middlewares", ""}, "there are no middleware extensions");

  const Status parsed = Parse(endpoint).status();
  fields.Check("endpoint", parsed.ok(), MessageOf(parsed));
  fields.Check("compression", IsCompressionSupported(compression),
               "want gzip or none; gRPC cannot send zstd or snappy here, the otlp_http exporter "
               "sends zstd");
  fields.Check("balancer_name", balancer_name == "round_robin" || balancer_name == "pick_first",
               "want round_robin or pick_first");
  fields.Check("tls", tls.min_version == "1.2" || !UsesTls(),
               "min_version: gRPC offers 1.2 and newer; leave out min_version");
}

bool GrpcClientConfig::UsesTls() const {
  const config::Endpoint destination = Destination();
  if (destination.is_unix() || destination.scheme == "http") {
    return false;
  }
  return destination.scheme == "https" || !tls.insecure;
}

config::Endpoint GrpcClientConfig::Destination() const {
  const StatusOr<config::Endpoint> parsed = Parse(endpoint);
  return parsed.ok() ? *parsed : config::Endpoint();
}

std::string GrpcClientConfig::Target() const {
  const config::Endpoint destination = Destination();
  return destination.is_unix() ? destination.Authority()
                               : absl::StrCat("dns:///", destination.Authority());
}

}  // namespace spanhold::sending
