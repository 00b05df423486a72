#pragma once

#include <map>
#include <string>
#include <vector>

#include "src/config/endpoint.h"
#include "src/config/fields.h"
#include "src/config/tls.h"
#include "src/core/status.h"
#include "src/exporter/sending/config.h"

namespace spanhold::jaeger {

enum class Protocol {
  kByEndpoint,
  kThriftHttp,  // POST /api/traces, port 14268
  kGrpc,        // CollectorService/PostSpans, port 14250
};

// Where `endpoint` and `protocol` send to.
struct Target {
  Protocol protocol = Protocol::kGrpc;  // never kByEndpoint
  config::Endpoint endpoint;            // with its port; for Thrift with its scheme and path
};

// `exporters.jaeger`. The Collector had one until v0.85: its keys for gRPC are these, `protocol` is
// ours.
struct Config final : config::ComponentConfig {
  enum class Compression { kNone, kGzip };

  std::string endpoint;
  Protocol protocol = Protocol::kByEndpoint;
  config::TlsClientConfig tls;
  std::map<std::string, std::string> headers;
  Compression compression = Compression::kNone;
  sending::SendingConfig sending;

  void Describe(config::Fields& fields) override;
  std::string StorageId() const override { return sending.StorageId(); }
  std::vector<config::EndpointUse> SendEndpoints() const override;

  // An `http://` or `https://` endpoint is Thrift's unless its port is 14250, one without a scheme
  // gRPC's unless its port is 14268. Absent parts are Jaeger's: its ports (of a URL 80 and 443,
  // as in any URL), the path /api/traces. kInvalidArgument says what does not fit together.
  StatusOr<Target> Resolve() const;
};

}  // namespace spanhold::jaeger
