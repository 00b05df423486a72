#include "src/receiver/otlp/grpc_route.h"

#include <optional>

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include "src/otlp/rpc_messages.h"

namespace spanhold::otlp_receiver {
namespace {

constexpr std::string_view kTraceService = "opentelemetry.proto.collector.trace.v1.TraceService";
// Field 1, an enumeration, in HealthCheckResponse: SERVING.
constexpr char kServing[] = "\x08\x01";

}  // namespace

GrpcRoute RouteOf(std::string_view path) {
  if (path == "/opentelemetry.proto.collector.trace.v1.TraceService/Export") {
    return GrpcRoute::kTraces;
  }
  if (path == "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export") {
    return GrpcRoute::kMetrics;
  }
  if (path == "/opentelemetry.proto.collector.logs.v1.LogsService/Export") {
    return GrpcRoute::kLogs;
  }
  if (path == "/grpc.health.v1.Health/Check") {
    return GrpcRoute::kHealth;
  }
  return GrpcRoute::kUnknown;
}

StatusOr<std::string> CheckHealth(std::string_view request) {
  const std::optional<std::string> service = otlp::ReadHealthCheckRequest(request);
  if (!service) {
    return absl::InvalidArgumentError("malformed HealthCheckRequest");
  }
  if (service->empty() || *service == kTraceService) {
    return std::string(kServing);
  }
  return absl::NotFoundError(absl::StrCat("unknown service \"", absl::CHexEscape(*service), "\""));
}

}  // namespace spanhold::otlp_receiver
