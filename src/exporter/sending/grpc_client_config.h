#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "src/config/endpoint.h"
#include "src/config/fields.h"
#include "src/config/tls.h"
#include "src/core/clock.h"

namespace spanhold::sending {

// The Collector's keys of a gRPC client (configgrpc), shared by exporters that speak gRPC.
struct GrpcClientConfig {
  struct Keepalive {
    bool enabled = false;
    Duration time = std::chrono::seconds(10);
    Duration timeout = std::chrono::seconds(10);
    bool permit_without_stream = false;
  };

  // "host:port", also with http:// (in clear), https:// (with TLS whatever `tls` says), grpc:// or
  // dns:///; "unix:/path".
  std::string endpoint;
  config::TlsClientConfig tls;
  std::string compression = "gzip";
  std::map<std::string, std::string> headers;
  std::string authority;
  std::string user_agent;
  Keepalive keepalive;
  uint64_t read_buffer_size = 0;  // 0: gRPC's own choice
  uint64_t write_buffer_size = 0;
  bool wait_for_ready = false;
  std::string balancer_name = "round_robin";

  void Describe(config::Fields& fields);

  bool gzip() const { return compression == "gzip"; }
  bool UsesTls() const;
  // Only after a Describe() that found no error.
  config::Endpoint Destination() const;
  // What gRPC resolves: "dns:///host:port" or "unix:/path".
  std::string Target() const;
};

}  // namespace spanhold::sending
