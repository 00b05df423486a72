#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "src/config/endpoint.h"
#include "src/config/fields.h"
#include "src/core/clock.h"

namespace spanhold::otlp_receiver {

// `cors`: the Collector's keys (confighttp). Off while no origin is allowed.
struct CorsConfig {
  std::vector<std::string> allowed_origins;
  std::vector<std::string> allowed_headers;
  std::vector<std::string> exposed_headers;
  int64_t max_age = 0;  // seconds; 0: not said

  void Describe(config::Fields& fields);
};

// `protocols.http` of the OTLP receiver: the Collector's keys (confighttp).
struct HttpConfig {
  std::string endpoint = "localhost:4318";
  std::string traces_url_path = "/v1/traces";
  std::string metrics_url_path = "/v1/metrics";
  std::string logs_url_path = "/v1/logs";
  uint64_t max_request_body_size = 64 << 20;  // OTLP 1.11; the Collector's: 20 MiB
  std::vector<std::string> compression_algorithms = {"", "gzip", "zstd", "zlib", "deflate"};
  CorsConfig cors;
  std::map<std::string, std::string> response_headers;
  // The Collector has 0 for all four here: a client that stalls holds its connection for ever.
  Duration read_timeout = std::chrono::minutes(1);
  Duration read_header_timeout = std::chrono::minutes(1);
  Duration write_timeout = std::chrono::seconds(30);
  Duration idle_timeout = std::chrono::minutes(5);
  bool keep_alives_enabled = true;

  void Describe(config::Fields& fields);

  // Only after a Describe() that found no error.
  config::Endpoint ListenEndpoint() const;
};

}  // namespace spanhold::otlp_receiver
