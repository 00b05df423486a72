#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "src/compress/compress.h"
#include "src/config/endpoint.h"
#include "src/config/fields.h"
#include "src/config/tls.h"
#include "src/core/clock.h"
#include "src/exporter/sending/config.h"

namespace spanhold::otlp_http {

// `otlp_http`, also `otlphttp`: the Collector's keys (otlphttpexporter).
struct Config final : config::ComponentConfig {
  enum class Format { kProto, kJson };

  Config() { sending.timeout = std::chrono::seconds(30); }  // the Collector's

  void Describe(config::Fields& fields) override;
  std::string StorageId() const override { return sending.StorageId(); }
  std::vector<config::EndpointUse> SendEndpoints() const override;

  // Where requests go: traces_endpoint as it is, or endpoint with /v1/traces behind its path. Only
  // after a Describe() that found no error.
  config::Endpoint Target() const;

  std::string endpoint;
  std::string traces_endpoint;
  Format encoding = Format::kProto;
  compress::Encoding compression = compress::Encoding::kGzip;
  std::map<std::string, std::string> headers;
  Duration idle_conn_timeout = std::chrono::seconds(90);
  config::TlsClientConfig tls;
  sending::SendingConfig sending;
};

}  // namespace spanhold::otlp_http
