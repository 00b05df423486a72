#include "src/extension/health_check/config.h"

namespace spanhold::health_check {

void Config::Describe(config::Fields& fields) {
  fields.String({"endpoint", "address to listen on: host:port; host 0.0.0.0 is every interface"},
                endpoint);
  const StatusOr<config::Endpoint> parsed = config::ParseEndpoint(endpoint);
  fields.Check("endpoint", parsed.ok(), parsed.ok() ? "" : MessageOf(parsed.status()));
  if (parsed.ok() && !parsed->is_unix()) {
    fields.Check("endpoint",
                 parsed->scheme.empty() && (parsed->port != 0 || endpoint.ends_with(":0")),
                 "want \"host:port\" without a scheme, like \"localhost:13133\"");
  }
  fields.String({"path", "that answers; \"/\": every path does"}, path);
  fields.Check("path", path.starts_with('/'), "want a path like \"/\" or \"/health\"");
  fields.Section({"response_body", "what is answered instead of the JSON"},
                 [this](config::Fields& nested) {
                   nested.String({"healthy", "when ready"}, healthy_body);
                   nested.String({"unhealthy", "when not"}, unhealthy_body);
                 });
  fields.Refused({"check_collector_pipeline", "judge by failed exports"},
                 "failing exports are held back and retried here; watch "
                 "otelcol_exporter_send_failed_spans and spanhold_exporter_held_spans instead");
  fields.Refused({"tls", ""}, "TLS on listeners comes with a later version; listen on localhost");
  fields.Refused({"auth", ""}, "the health check asks nobody who they are; listen on localhost");
}

config::Endpoint Config::ListenEndpoint() const {
  const StatusOr<config::Endpoint> parsed = config::ParseEndpoint(endpoint);
  return parsed.ok() ? *parsed : config::Endpoint();
}

std::vector<config::EndpointUse> Config::ListenEndpoints() const {
  return {{"endpoint", ListenEndpoint()}};
}

}  // namespace spanhold::health_check
