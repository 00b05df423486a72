#pragma once

#include <string>
#include <string_view>

#include "src/core/status.h"

namespace spanhold::otlp_receiver {

// What a gRPC call is about.
enum class GrpcRoute { kTraces, kMetrics, kLogs, kHealth, kUnknown };

// `path` is "/package.Service/Method".
GrpcRoute RouteOf(std::string_view path);

// Answers grpc.health.v1.Health/Check: a serialized HealthCheckResponse for a serialized
// HealthCheckRequest. The server as a whole ("") and the trace service are serving; kNotFound for
// any other service, as the protocol wants it.
StatusOr<std::string> CheckHealth(std::string_view request);

}  // namespace spanhold::otlp_receiver
