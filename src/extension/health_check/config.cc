#include "src/extension/health_check/config.h"

namespace spanhold::health_check {

void Config::Describe(config::Fields& fields) {
  fields.String({"endpoint", "Where to listen, host:port."}, endpoint);
  const StatusOr<config::Endpoint> parsed = config::ParseEndpoint(endpoint);
  fields.Check("endpoint", parsed.ok(), MessageOf(parsed.status()));
  fields.String({"path", "The path that answers."}, path);
  fields.Check("path", !path.empty() && path.front() == '/', "want a path that starts with \"/\"");
  fields.String({"response_body", "Body of every answer; empty: a JSON object with the status."},
                response_body);
  fields.Refused({"tls", "TLS for its clients."},
                 "Spanhold's own ports have no TLS yet; listen on localhost");
  fields.Refused({"check_collector_pipeline", "Whether exporters that fail count."},
                 "it does not work in the Collector either; alert on "
                 "otelcol_exporter_send_failed_spans and spanhold_exporter_retries instead");
}

std::vector<config::EndpointUse> Config::ListenEndpoints() const {
  return {{"endpoint", *config::ParseEndpoint(endpoint)}};
}

}  // namespace spanhold::health_check
