#include "src/core/status.h"

#include <gtest/gtest.h>

namespace spanhold {
namespace {

TEST(StatusTest, IsRetryableAsOtlpSays) {
  EXPECT_TRUE(IsRetryable(absl::UnavailableError("")));
  EXPECT_TRUE(IsRetryable(absl::DeadlineExceededError("")));
  EXPECT_TRUE(IsRetryable(absl::CancelledError("")));
  EXPECT_FALSE(IsRetryable(absl::OkStatus()));
  EXPECT_FALSE(IsRetryable(absl::UnknownError("")));
  EXPECT_FALSE(IsRetryable(absl::InternalError("")));
  EXPECT_FALSE(IsRetryable(absl::InvalidArgumentError("")));
}

TEST(StatusTest, ResourceExhaustedIsRetryableOnlyWithADelay) {
  EXPECT_FALSE(IsRetryable(absl::ResourceExhaustedError("")));
  EXPECT_TRUE(
      IsRetryable(WithRetryAfter(absl::ResourceExhaustedError(""), std::chrono::seconds(1))));
}

TEST(StatusTest, AnnotateKeepsCodeAndDelay) {
  const Status status = Annotate(
      WithRetryAfter(absl::UnavailableError("queue full"), std::chrono::milliseconds(1500)),
      "otlp");

  EXPECT_EQ(MessageOf(status), "otlp: queue full");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(RetryAfter(status), std::chrono::milliseconds(1500));
}

}  // namespace
}  // namespace spanhold
