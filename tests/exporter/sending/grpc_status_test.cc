#include "src/exporter/sending/grpc_status.h"

#include <string>

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

#include "tests/support/status_is.h"

namespace spanhold::sending {
namespace {

google::rpc::RetryInfo RetryInfo(int64_t seconds, int32_t nanos) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(seconds);
  info.mutable_retry_delay()->set_nanos(nanos);
  return info;
}

std::string DetailsWith(const google::protobuf::Message& detail) {
  google::rpc::Status status;
  status.add_details()->PackFrom(detail);
  return status.SerializeAsString();
}

TEST(GrpcStatusTest, ZeroIsOk) {
  EXPECT_THAT(FromGrpc({.code = 0, .message = "m"}), IsOk());
}

TEST(GrpcStatusTest, KeepsCodeAndMessage) {
  for (int code = 1; code <= 16; ++code) {
    EXPECT_THAT(FromGrpc({.code = code, .message = "why"}),
                StatusIs(static_cast<absl::StatusCode>(code), "why"));
  }
}

TEST(GrpcStatusTest, CodesThatGrpcDoesNotDefineAreUnknown) {
  EXPECT_THAT(FromGrpc({.code = 17}), StatusIs(absl::StatusCode::kUnknown, ""));
  EXPECT_THAT(FromGrpc({.code = -1}), StatusIs(absl::StatusCode::kUnknown, ""));
}

TEST(GrpcStatusTest, ReadsTheDelayFromTheStatusDetails) {
  const std::string details = DetailsWith(RetryInfo(2, 500'000'000));

  EXPECT_EQ(RetryAfter(FromGrpc({.code = 14, .status_details = details})),
            std::chrono::milliseconds(2500));
}

TEST(GrpcStatusTest, ReadsTheDelayFromTheTrailerThatPythonReads) {
  EXPECT_EQ(RetryAfter(FromGrpc({.code = 14, .retry_info = "\x0a\x02\x08\x02"})),
            std::chrono::seconds(2));
}

TEST(GrpcStatusTest, ResourceExhaustedIsRetryableOnlyWithADelay) {
  const std::string details = DetailsWith(RetryInfo(1, 0));

  EXPECT_TRUE(IsRetryable(FromGrpc({.code = 8, .status_details = details})));
  EXPECT_FALSE(IsRetryable(FromGrpc({.code = 8})));
}

TEST(GrpcStatusTest, IgnoresDetailsItDoesNotKnowOrCannotParse) {
  const std::string other = DetailsWith(google::rpc::BadRequest());

  EXPECT_EQ(RetryAfter(FromGrpc({.code = 14, .status_details = other})), std::nullopt);
  EXPECT_EQ(RetryAfter(FromGrpc({.code = 14, .status_details = "\x0a\x05garbage"})), std::nullopt);
  EXPECT_EQ(RetryAfter(FromGrpc({.code = 14, .retry_info = "\xff\xff"})), std::nullopt);
  EXPECT_EQ(RetryAfter(FromGrpc({.code = 14, .retry_info = ""})), std::nullopt);
}

TEST(GrpcStatusTest, BoundsTheDelay) {
  const std::string huge = DetailsWith(RetryInfo(INT64_MAX, INT32_MAX));
  const std::string negative = DetailsWith(RetryInfo(-5, -5));

  EXPECT_LE(*RetryAfter(FromGrpc({.code = 14, .status_details = huge})),
            std::chrono::hours(24) + std::chrono::seconds(1));
  EXPECT_EQ(RetryAfter(FromGrpc({.code = 14, .status_details = negative})), Duration::zero());
}

}  // namespace
}  // namespace spanhold::sending
