#include "src/exporter/otlp_http/result.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_is.h"

namespace spanhold::otlp_http {
namespace {

using testing::HasSubstr;

constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};
constexpr char kProtobuf[] = "application/x-protobuf";
constexpr char kJson[] = "application/json";

net::HttpResponse Response(int status, const std::string& type = "", const std::string& body = "",
                           const net::HttpHeaders& headers = {}) {
  net::HttpResponse response;
  response.status = status;
  response.headers = headers;
  response.headers.emplace_back("Content-Type", type);
  response.body = body;
  return response;
}

sending::SendResult Result(const net::HttpResponse& response) {
  return ResultOf(response, kNow);
}

TEST(OtlpHttpResultTest, Any2xxIsSuccess) {
  for (const int status : {200, 202, 204}) {
    EXPECT_THAT(Result(Response(status)).status, IsOk());
  }
  EXPECT_THAT(Result(Response(200, "text/html", "<html>")).status, IsOk());
}

TEST(OtlpHttpResultTest, CountsWhatAPartialSuccessRejected) {
  // partial_success { rejected_spans: 3 error_message: "bad" }
  const auto protobuf = Result(Response(200, kProtobuf,
                                        "\x0a\x07\x08\x03\x12\x03"
                                        "bad"));
  const auto json =
      Result(Response(200, "application/json; charset=utf-8",
                      R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"bad","new":1}})"));

  for (const auto& result : {protobuf, json}) {
    EXPECT_THAT(result.status, IsOk());
    EXPECT_EQ(result.rejected_spans, 3U);
    EXPECT_EQ(result.message, "bad");
  }
}

TEST(OtlpHttpResultTest, ABodyThatDoesNotParseIsStillSuccess) {
  EXPECT_THAT(Result(Response(200, kProtobuf, "\xff")).status, IsOk());
  EXPECT_THAT(Result(Response(200, kJson, "{")).status, IsOk());
}

TEST(OtlpHttpResultTest, ANegativeCountIsNone) {
  EXPECT_EQ(
      Result(Response(200, kJson, R"({"partialSuccess":{"rejectedSpans":-3}})")).rejected_spans,
      0U);
}

TEST(OtlpHttpResultTest, OnlyFourCodesAreTriedAgain) {
  for (const int status : {429, 502, 503, 504}) {
    EXPECT_TRUE(IsRetryable(Result(Response(status)).status)) << status;
  }
  for (const int status : {300, 301, 307, 400, 401, 403, 404, 405, 408, 413, 415, 500, 501, 505}) {
    const Status result = Result(Response(status)).status;
    EXPECT_FALSE(result.ok() || IsRetryable(result)) << status;
  }
}

TEST(OtlpHttpResultTest, HonoursADelayAndKnowsARequestThatIsTooLarge) {
  const sending::SendResult busy = Result(Response(503, "", "", {{"Retry-After", "7"}}));
  const sending::SendResult large = Result(Response(413));

  EXPECT_EQ(RetryAfter(busy.status), std::chrono::seconds(7));
  EXPECT_FALSE(busy.too_large);
  EXPECT_TRUE(large.too_large);
}

TEST(OtlpHttpResultTest, TellsTheBackendsWords) {
  EXPECT_THAT(Result(Response(400, kProtobuf,
                              "\x08\x03\x12\x04"
                              "nope"))
                  .status,
              StatusIs(absl::StatusCode::kInvalidArgument, "HTTP 400: nope"));
  EXPECT_THAT(Result(Response(400, kJson, R"({"code":3,"message":"nope"})")).status,
              StatusIs(absl::StatusCode::kInvalidArgument, "HTTP 400: nope"));
  EXPECT_THAT(Result(Response(500, "text/plain", "line one\nline two\n")).status,
              StatusIs(absl::StatusCode::kInternal, "HTTP 500: line one line two"));
  EXPECT_THAT(Result(Response(500, kProtobuf, "\xff\x01")).status,
              StatusIs(absl::StatusCode::kInternal, "HTTP 500"));
  EXPECT_LT(MessageOf(Result(Response(500, "text/html", std::string(10'000, 'x'))).status).size(),
            600U);
}

TEST(OtlpHttpResultTest, SaysThatRedirectsAreNotFollowed) {
  EXPECT_THAT(
      Result(Response(308, "", "", {{"Location", "https://a.test/v1/traces"}})).status,
      StatusIs(absl::StatusCode::kFailedPrecondition,
               HasSubstr("redirects are not followed; set the endpoint to https://a.test/v1/")));
}

TEST(OtlpHttpResultTest, AnErrorOfTheConnectionStays) {
  const Status status = absl::UnavailableError("gone");

  EXPECT_EQ(ResultOf(status, kNow).status, status);
}

}  // namespace
}  // namespace spanhold::otlp_http
