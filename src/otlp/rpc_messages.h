#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/core/clock.h"

namespace spanhold::otlp {

// The small messages that travel beside spans: answers to an export and google.rpc's errors. Read and
// written by hand: protobuf's runtime, needed for nothing else, would be 2 MB of a daemon of 13.7,
// 1 MB of its memory at rest and 18 % of the instructions of its start.
//
// As protobuf's parsers do, these skip what they do not know, and give nothing for bytes that are no
// message, or have a text that is not UTF-8.

// ExportTraceServiceResponse: its partial_success.
struct ExportResponse {
  int64_t rejected_spans = 0;
  std::string error_message;
};
std::optional<ExportResponse> ReadExportResponse(std::string_view wire);
std::optional<ExportResponse> ReadExportResponseJson(std::string_view json);

// The parts of a google.rpc.Status that Spanhold reads.
struct RpcStatus {
  std::string message;
  // Of the first google.rpc.RetryInfo among the details, if it names one.
  std::optional<Duration> retry_delay;
};
std::optional<RpcStatus> ReadRpcStatus(std::string_view wire);
std::optional<RpcStatus> ReadRpcStatusJson(std::string_view json);  // without the details

// The delay of a google.rpc.RetryInfo, if it names one: a day at most, and not negative.
std::optional<Duration> ReadRetryInfo(std::string_view wire);

// A google.rpc.RetryInfo, and a google.rpc.Status with one.
std::string WriteRetryInfo(Duration delay);
std::string WriteRpcStatus(int code, std::string_view message, std::string_view retry_info);

// grpc.health.v1.HealthCheckRequest: its service.
std::optional<std::string> ReadHealthCheckRequest(std::string_view wire);

}  // namespace spanhold::otlp
