#include "src/receiver/otlp/grpc_route.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/status_is.h"

namespace spanhold::otlp_receiver {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace): bytes with zeros

TEST(GrpcRouteTest, KnowsItsMethods) {
  EXPECT_EQ(RouteOf("/opentelemetry.proto.collector.trace.v1.TraceService/Export"),
            GrpcRoute::kTraces);
  EXPECT_EQ(RouteOf("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"),
            GrpcRoute::kMetrics);
  EXPECT_EQ(RouteOf("/opentelemetry.proto.collector.logs.v1.LogsService/Export"), GrpcRoute::kLogs);
  EXPECT_EQ(RouteOf("/grpc.health.v1.Health/Check"), GrpcRoute::kHealth);
}

TEST(GrpcRouteTest, DoesNotKnowOthers) {
  for (const char* const path :
       {"", "/", "/opentelemetry.proto.collector.trace.v1.TraceService/Export/",
        "/opentelemetry.proto.collector.trace.v1.TraceService/export",
        "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export",
        "/grpc.health.v1.Health/Watch", "/v1/traces"}) {
    EXPECT_EQ(RouteOf(path), GrpcRoute::kUnknown) << path;
  }
}

TEST(GrpcRouteTest, TheServerAndTheTraceServiceAreServing) {
  const std::string service = "opentelemetry.proto.collector.trace.v1.TraceService";

  EXPECT_EQ(*CheckHealth(""), "\x08\x01");
  EXPECT_EQ(*CheckHealth("\x0a\x00"s), "\x08\x01");
  EXPECT_EQ(*CheckHealth("\x0a" + std::string(1, static_cast<char>(service.size())) + service),
            "\x08\x01");
}

TEST(GrpcRouteTest, OtherServicesAreNotFound) {
  EXPECT_THAT(CheckHealth("\x0a\x05other"),
              StatusIs(absl::StatusCode::kNotFound, "unknown service \"other\""));
}

TEST(GrpcRouteTest, AMalformedHealthCheckIsRejected) {
  EXPECT_THAT(CheckHealth("\x0a\x05oth"), StatusIs(absl::StatusCode::kInvalidArgument, testing::_));
}

}  // namespace
}  // namespace spanhold::otlp_receiver
