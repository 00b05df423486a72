#pragma once

#include <cstdint>
#include <string>

#include "src/config/endpoint.h"
#include "src/config/fields.h"
#include "src/core/clock.h"

namespace spanhold::otlp_receiver {

// `keepalive` of the gRPC server: the Collector's keys (configgrpc).
struct GrpcKeepalive {
  // server_parameters; 0: no limit
  Duration max_connection_idle{0};
  Duration max_connection_age{0};
  Duration max_connection_age_grace{0};
  Duration time = std::chrono::hours(2);
  Duration timeout = std::chrono::seconds(20);

  // enforcement_policy. The Collector has 5m and false, and ends the connections of clients that
  // ping every 10 s, as many are set up to do; 10 s here would end those whose clock runs fast.
  Duration min_time = std::chrono::seconds(5);
  bool permit_without_stream = true;

  void Describe(config::Fields& fields);
};

// `protocols.grpc` of the OTLP receiver: the Collector's keys (configgrpc).
struct GrpcConfig {
  enum class Transport { kTcp, kUnix };

  std::string endpoint = "localhost:4317";
  Transport transport = Transport::kTcp;
  int64_t max_recv_msg_size_mib = 64;  // OTLP 1.11; 0: that; the Collector's: 4
  int64_t max_concurrent_streams = 0;  // of one connection; 0: no limit but memory
  GrpcKeepalive keepalive;
  uint64_t read_buffer_size = 0;  // 0: gRPC's own choice
  uint64_t write_buffer_size = 0;

  void Describe(config::Fields& fields);

  uint64_t max_request_bytes() const;

  // Only after a Describe() that found no error.
  config::Endpoint ListenEndpoint() const;
};

}  // namespace spanhold::otlp_receiver
