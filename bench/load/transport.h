#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/compress/compress.h"
#include "src/config/endpoint.h"
#include "src/core/clock.h"
#include "src/exporter/sending/transport.h"

namespace spanhold::bench {

struct Answer {
  size_t lane = 0;
  sending::SendResult result;
  // Whether the target itself has said so. Without, the connection broke, and the target may have
  // taken the request all the same.
  bool answered = true;
};

// Carries requests to the target. A lane is a place for one request under way.
//
// Threading: bound to the thread that made it.
class Transport {
 public:
  virtual ~Transport() = default;

  // Starts to send on a lane that has no request under way. `body` lives until its answer.
  virtual void Send(size_t lane, std::string_view body) = 0;

  // Waits for the next answer, until `deadline` (not endless) to within 0.1 ms. Nothing when none
  // has come.
  virtual std::optional<Answer> Next(TimePoint deadline) = 0;
};

struct TransportOptions {
  config::Endpoint target;
  size_t connections = 1;
  size_t lanes = 4;  // in all; lane i uses connection i % connections
  compress::Encoding encoding = compress::Encoding::kIdentity;
  std::string content_type = "application/x-protobuf";  // of HTTP
};

// OTLP/gRPC.
std::unique_ptr<Transport> MakeGrpcTransport(const TransportOptions& options, const Clock& clock);

// OTLP/HTTP with keep-alive. A connection carries one request at a time, so there is one for each
// lane.
std::unique_ptr<Transport> MakeHttpTransport(const TransportOptions& options, const Clock& clock);

}  // namespace spanhold::bench
