#include "src/config/telemetry.h"

namespace spanhold::config {
namespace {

std::string HostPort(const std::string& host, int64_t port) {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace

void TelemetryConfig::PrometheusReader::Describe(Fields& fields) {
  fields.Section({"pull", ""}, [this](Fields& pull) {
    pull.Section({"exporter", ""}, [this](Fields& exporter) {
      exporter.Section({"prometheus", ""}, [this](Fields& prometheus) {
        prometheus.String({"host", "where to serve /metrics"}, host);
        prometheus.Int({"port", ""}, port, 0, 65535);
        prometheus.Bool({"without_scope_info", "as it is always"}, without_scope_info);
        prometheus.Bool({"without_type_suffix", "as it is always"}, without_type_suffix);
        prometheus.Bool({"without_units", "as it is always"}, without_units);
        prometheus.Refused({"with_resource_constant_labels", ""},
                           "add labels where the metrics are scraped");
        constexpr char kBareNames[] =
            "names have no suffixes, as in the Collector's default; set true or remove it";
        prometheus.Check("without_scope_info", without_scope_info, kBareNames);
        prometheus.Check("without_type_suffix", without_type_suffix, kBareNames);
        prometheus.Check("without_units", without_units, kBareNames);
        prometheus.Check("host", ParseEndpoint(HostPort(host, port)).ok(),
                         "want a host name or an address like \"localhost\" or \"0.0.0.0\"");
      });
    });
  });
  fields.Refused({"periodic", ""}, "metrics are not sent; scrape /metrics with a pull reader");
}

void TelemetryConfig::DescribeLogs(Fields& fields) {
  OneOf(fields, {"level", "least level that is written"}, log_level,
        {{"debug", static_cast<int>(LogLevel::kDebug)},
         {"info", static_cast<int>(LogLevel::kInfo)},
         {"warn", static_cast<int>(LogLevel::kWarn)},
         {"error", static_cast<int>(LogLevel::kError)}});
  OneOf(fields, {"encoding", "form of a line; text and console are the same"}, log_format,
        {{"text", static_cast<int>(LogFormat::kText)},
         {"console", static_cast<int>(LogFormat::kText)},
         {"json", static_cast<int>(LogFormat::kJson)}});
  fields.Refused({"sampling", ""}, "what repeats is limited where it is logged; remove it");
  fields.Refused({"development", ""}, "there is no development mode; use level: debug");
  fields.Refused({"disable_caller", ""}, "lines name no source file; remove it");
  fields.Refused({"disable_stacktrace", ""}, "lines hold no stack trace; remove it");
  fields.Refused({"output_paths", ""}, "logs go to stderr; redirect them there");
  fields.Refused({"error_output_paths", ""}, "logs go to stderr; redirect them there");
  fields.Refused({"initial_fields", ""}, "add fields where the logs are collected");
  fields.Refused({"processors", ""}, "logs are not sent; collect stderr");
}

void TelemetryConfig::DescribeMetrics(Fields& fields) {
  OneOf(fields, {"level", "none: no /metrics and no status page; the others are the same"},
        metrics_enabled, {{"normal", 1}, {"none", 0}, {"basic", 1}, {"detailed", 1}});
  fields.String({"address", "where to serve /metrics"}, metrics_address);
  Sections(fields, {"readers", "instead of address: one pull reader"}, metrics_readers);
  fields.Refused({"views", ""}, "drop metrics where they are scraped");

  const StatusOr<Endpoint> endpoint = ParseEndpoint(metrics_address);
  fields.Check("address", endpoint.ok(), MessageOf(endpoint.status()));
  fields.Check("readers", metrics_readers.size() <= 1, "more than one; /metrics is in one place");
  fields.Check("readers", metrics_readers.empty() || metrics_address == kDefaultMetricsAddress,
               "address is set too; keep one of them");
}

void TelemetryConfig::Describe(Fields& fields) {
  fields.Section({"logs", "to stderr"}, [this](Fields& logs) { DescribeLogs(logs); });
  fields.Section({"metrics", "for Prometheus, at /metrics"},
                 [this](Fields& metrics) { DescribeMetrics(metrics); });
  fields.Section({"traces", ""}, [](Fields& traces) {
    int none = 0;
    traces.OneOf({"level", "Spanhold does not trace itself"}, none, {{"none", 0}});
    traces.Refused({"processors", ""}, "Spanhold does not trace itself; remove it");
    traces.Refused({"propagators", ""}, "Spanhold does not trace itself; remove it");
    traces.Refused({"sampler", ""}, "Spanhold does not trace itself; remove it");
  });
  fields.Refused({"resource", ""}, "add labels where the metrics are scraped");
}

Endpoint TelemetryConfig::MetricsEndpoint() const {
  const StatusOr<Endpoint> endpoint = ParseEndpoint(
      metrics_readers.empty() ? metrics_address
                              : HostPort(metrics_readers[0].host, metrics_readers[0].port));
  return endpoint.ok() ? *endpoint : Endpoint();
}

}  // namespace spanhold::config
