#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/config/endpoint.h"
#include "src/config/fields.h"
#include "src/core/log.h"

namespace spanhold::config {

// `service.telemetry`: what the daemon says of itself; the Collector's keys.
struct TelemetryConfig {
  static constexpr char kDefaultMetricsAddress[] = "localhost:8888";

  // `metrics.readers[].pull.exporter.prometheus`.
  struct PrometheusReader {
    std::string host = "localhost";
    int64_t port = 8888;
    bool without_scope_info = true;
    bool without_type_suffix = true;
    bool without_units = true;

    void Describe(Fields& fields);
  };

  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kText;

  bool metrics_enabled = true;
  std::string metrics_address = kDefaultMetricsAddress;
  // Whether the configuration names that place: then it is an error when the port is taken.
  bool metrics_configured = false;
  std::vector<PrometheusReader> metrics_readers;  // one at most; instead of metrics_address

  void Describe(Fields& fields);

  // Where /metrics is served. Only after Describe() found no error.
  Endpoint MetricsEndpoint() const;

 private:
  void DescribeLogs(Fields& fields);
  void DescribeMetrics(Fields& fields);
};

}  // namespace spanhold::config
