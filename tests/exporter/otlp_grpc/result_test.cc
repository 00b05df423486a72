#include "src/exporter/otlp_grpc/result.h"

#include <string>

#include <gtest/gtest.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include "tests/support/status_is.h"

namespace spanhold::otlp_grpc {
namespace {

std::string Partial(int64_t rejected, const std::string& message) {
  opentelemetry::proto::collector::trace::v1::ExportTraceServiceResponse response;
  response.mutable_partial_success()->set_rejected_spans(rejected);
  response.mutable_partial_success()->set_error_message(message);
  return response.SerializeAsString();
}

TEST(OtlpGrpcResultTest, AnEmptyResponseIsSuccess) {
  const sending::SendResult result = ResultOf(std::string());

  EXPECT_THAT(result.status, IsOk());
  EXPECT_EQ(result.rejected_spans, 0U);
}

TEST(OtlpGrpcResultTest, PartialSuccessCountsTheRejectedSpans) {
  const sending::SendResult result = ResultOf(Partial(3, "too old\nby far"));

  EXPECT_THAT(result.status, IsOk());
  EXPECT_EQ(result.rejected_spans, 3U);
  EXPECT_EQ(result.message, "too old by far");
}

TEST(OtlpGrpcResultTest, AWarningRejectsNothing) {
  const sending::SendResult result = ResultOf(Partial(0, "deprecated"));

  EXPECT_THAT(result.status, IsOk());
  EXPECT_EQ(result.rejected_spans, 0U);
  EXPECT_EQ(result.message, "deprecated");
}

TEST(OtlpGrpcResultTest, ANegativeCountIsNone) {
  EXPECT_EQ(ResultOf(Partial(-1, "")).rejected_spans, 0U);
}

TEST(OtlpGrpcResultTest, AResponseThatCannotBeParsedIsSuccess) {
  EXPECT_THAT(ResultOf(std::string("\x0a\x05oops")).status, IsOk());
}

TEST(OtlpGrpcResultTest, ErrorsStayAsTheyAre) {
  const Status error = WithRetryAfter(absl::UnavailableError("full"), std::chrono::seconds(1));
  const sending::SendResult result = ResultOf(error);

  EXPECT_EQ(result.status, error);
  EXPECT_EQ(RetryAfter(result.status), std::chrono::seconds(1));
  EXPECT_FALSE(result.too_large);
}

TEST(OtlpGrpcResultTest, KnowsARequestThatIsTooLarge) {
  const auto result =
      ResultOf(absl::ResourceExhaustedError("grpc: received message larger than max (5 vs. 4)"));

  EXPECT_TRUE(result.too_large);
}

}  // namespace
}  // namespace spanhold::otlp_grpc
