#include "src/exporter/jaeger/answer.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_is.h"

namespace spanhold::jaeger {
namespace {

Status HttpAnswer(int status, const std::string& body = "") {
  net::HttpResponse response;
  response.status = status;
  response.body = body;
  return ReadHttpAnswer(response);
}

TEST(HttpAnswerTest, TakesEverySuccess) {
  for (const int status : {200, 202, 204}) {
    EXPECT_THAT(HttpAnswer(status), IsOk()) << status;
  }
}

TEST(HttpAnswerTest, IsRetryableWhereJaegerCouldNotTakeTheSpansNow) {
  for (const int status : {429, 500, 502, 503, 504}) {
    EXPECT_TRUE(IsRetryable(HttpAnswer(status))) << status;
  }
}

TEST(HttpAnswerTest, IsARefusalForAllElse) {
  for (const int status : {301, 400, 401, 403, 404, 405, 413, 415}) {
    const Status answer = HttpAnswer(status);
    EXPECT_FALSE(answer.ok() || IsRetryable(answer)) << status;
  }
}

// Jaeger's pages, on port 16686, answer every POST so.
TEST(HttpAnswerTest, DoesNotTakeAWebPageForSuccess) {
  net::HttpResponse page;
  page.status = 200;
  page.headers = {{"content-type", "text/html; charset=utf-8"}};

  const Status answer = ReadHttpAnswer(page);

  EXPECT_THAT(answer,
              StatusIs(absl::StatusCode::kInvalidArgument, testing::HasSubstr("listens on 14268")));
  EXPECT_FALSE(IsRetryable(answer));
}

TEST(HttpAnswerTest, SaysWhatJaegerSaid) {
  EXPECT_EQ(MessageOf(HttpAnswer(500, "Cannot submit Jaeger batch: server busy\n")),
            "Jaeger answered HTTP 500: Cannot submit Jaeger batch: server busy");
  EXPECT_EQ(MessageOf(HttpAnswer(404)), "Jaeger answered HTTP 404; check the path of `endpoint`");
  EXPECT_LT(MessageOf(HttpAnswer(502, std::string(10'000, 'x'))).size(), 300U);
}

TEST(GrpcAnswerTest, IsRetryableWhereJaegerCouldNotTakeTheSpansNow) {
  for (const Status& status :
       {absl::UnknownError("no space left"), absl::ResourceExhaustedError("server busy"),
        absl::UnavailableError("down"), absl::DeadlineExceededError("late"),
        WithRetryAfter(absl::ResourceExhaustedError("slow down"), std::chrono::seconds(3))}) {
    EXPECT_TRUE(IsRetryable(ReadGrpcAnswer(status))) << status;
  }
}

TEST(GrpcAnswerTest, KeepsTheDelayThatTheServerAsksFor) {
  const Status status =
      WithRetryAfter(absl::ResourceExhaustedError("slow down"), std::chrono::seconds(3));

  EXPECT_EQ(RetryAfter(ReadGrpcAnswer(status)), std::chrono::seconds(3));
}

TEST(GrpcAnswerTest, IsARefusalForARequestThatCanNeverBeTaken) {
  for (const Status& status :
       {absl::ResourceExhaustedError("grpc: received message larger than max (5 vs. 4)"),
        absl::InvalidArgumentError("x"), absl::InternalError("x"), absl::UnauthenticatedError("x"),
        absl::UnimplementedError("x")}) {
    const Status answer = ReadGrpcAnswer(status);
    EXPECT_FALSE(answer.ok() || IsRetryable(answer)) << status;
  }
}

TEST(GrpcAnswerTest, SaysThatThereIsNoJaegerCollector) {
  EXPECT_EQ(MessageOf(ReadGrpcAnswer(absl::UnimplementedError("unknown service"))),
            "no Jaeger collector; check `endpoint` and `protocol`: unknown service");
}

TEST(GrpcAnswerTest, IsOkWhenTheSpansAreTaken) {
  EXPECT_THAT(ReadGrpcAnswer(absl::OkStatus()), IsOk());
}

}  // namespace
}  // namespace spanhold::jaeger
