#include "src/receiver/otlp/grpc_route.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <google/protobuf/wrappers.pb.h>

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
  // The request's only field is a string with number 1, as in this message.
  google::protobuf::StringValue service;
  if (!service.ParseFromArray(request.data(), static_cast<int>(request.size()))) {
    return absl::InvalidArgumentError("malformed HealthCheckRequest");
  }
  if (service.value().empty() || service.value() == kTraceService) {
    return std::string(kServing);
  }
  return absl::NotFoundError(
      absl::StrCat("unknown service \"", absl::CHexEscape(service.value()), "\""));
}

}  // namespace spanhold::otlp_receiver
