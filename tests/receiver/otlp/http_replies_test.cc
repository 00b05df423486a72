#include "src/receiver/otlp/http_replies.h"

#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanhold::otlp_receiver {
namespace {

using testing::Contains;
using testing::Pair;

net::HttpRequestHead Request(std::string_view content_type) {
  net::HttpRequestHead head;
  head.method = "POST";
  head.headers = {{"Content-Type", content_type}};
  return head;
}

TEST(HttpFormatTest, IgnoresCaseAndParametersOfTheContentType) {
  const std::pair<const char*, HttpFormat> cases[] = {
      {"application/x-protobuf", HttpFormat::kProtobuf},
      {"application/json", HttpFormat::kJson},
      {"Application/JSON; charset=utf-8", HttpFormat::kJson},
      {"application/json ;charset=utf-8", HttpFormat::kJson},
      {"application/jsonp", HttpFormat::kOther},
      {"text/plain", HttpFormat::kOther},
      {"", HttpFormat::kOther}};
  for (const auto& [type, format] : cases) {
    EXPECT_EQ(FormatOf(Request(type)), format) << type;
  }
}

TEST(HttpCodeTest, FollowsTheTable) {
  using absl::StatusCode;
  const std::pair<StatusCode, int> cases[] = {{StatusCode::kOk, 200},
                                              {StatusCode::kInvalidArgument, 400},
                                              {StatusCode::kUnauthenticated, 401},
                                              {StatusCode::kPermissionDenied, 403},
                                              {StatusCode::kUnimplemented, 404},
                                              {StatusCode::kResourceExhausted, 413},
                                              {StatusCode::kInternal, 500},
                                              {StatusCode::kUnknown, 500},
                                              {StatusCode::kCancelled, 503},
                                              {StatusCode::kDeadlineExceeded, 503},
                                              {StatusCode::kAborted, 503},
                                              {StatusCode::kOutOfRange, 503},
                                              {StatusCode::kUnavailable, 503},
                                              {StatusCode::kDataLoss, 503}};
  for (const auto& [code, http] : cases) {
    EXPECT_EQ(HttpCode(Status(code, "")), http) << code;
  }
  EXPECT_EQ(HttpCode(WithRetryAfter(absl::ResourceExhaustedError(""), std::chrono::seconds(1))),
            429);
}

TEST(HttpRepliesTest, SuccessIsTheEmptyMessageInTheRequestsFormat) {
  const HttpReplies replies{HttpConfig()};

  const net::HttpReply protobuf = replies.Success(Request("application/x-protobuf; a=b"));
  const net::HttpReply json = replies.Success(Request("application/json; charset=utf-8"));

  EXPECT_EQ(protobuf.status, 200);
  EXPECT_EQ(protobuf.content_type, "application/x-protobuf");
  EXPECT_EQ(protobuf.body, "");
  EXPECT_EQ(json.content_type, "application/json");
  EXPECT_EQ(json.body, "{}");
}

TEST(HttpRepliesTest, AnErrorIsAStatusInTheRequestsFormat) {
  const HttpReplies replies{HttpConfig()};
  const Status status = absl::InvalidArgumentError("bad \"span\"\n");

  const net::HttpReply protobuf = replies.Error(Request("application/x-protobuf"), status);
  const net::HttpReply json = replies.Error(Request("application/json"), status);
  const net::HttpReply text = replies.Error(Request("text/html"), status);

  EXPECT_EQ(protobuf.status, 400);
  EXPECT_EQ(protobuf.content_type, "application/x-protobuf");
  EXPECT_EQ(protobuf.body,
            "\x08\x03\x12\x0b"
            "bad \"span\"\n");
  EXPECT_EQ(json.content_type, "application/json");
  EXPECT_EQ(json.body, R"({"code":3,"message":"bad \"span\"\u000a"})");
  EXPECT_EQ(text.content_type, "text/plain; charset=utf-8");
}

TEST(HttpRepliesTest, ADelayIsToldInWholeSeconds) {
  const HttpReplies replies{HttpConfig()};
  const std::pair<Duration, const char*> cases[] = {{std::chrono::milliseconds(1), "1"},
                                                    {std::chrono::seconds(1), "1"},
                                                    {std::chrono::milliseconds(1499), "1"},
                                                    {std::chrono::milliseconds(1500), "2"},
                                                    {Duration::zero(), "1"}};
  for (const auto& [delay, seconds] : cases) {
    EXPECT_THAT(replies
                    .Error(Request("application/json"),
                           WithRetryAfter(absl::UnavailableError("full"), delay))
                    .headers,
                Contains(Pair("Retry-After", seconds)));
  }
}

TEST(HttpRepliesTest, EveryReplyHasTheConfiguredHeaders) {
  HttpConfig config;
  config.response_headers = {{"X-A", "b"}};
  config.cors.allowed_origins = {"*"};
  const HttpReplies replies(config);
  net::HttpRequestHead preflight = Request("");
  preflight.method = "OPTIONS";
  preflight.headers.emplace_back("Access-Control-Request-Method", "POST");

  const auto has_it = Contains(Pair("X-A", "b"));
  EXPECT_THAT(replies.Success(Request("application/json")).headers, has_it);
  EXPECT_THAT(replies.Error(Request(""), absl::UnavailableError("")).headers, has_it);
  EXPECT_THAT(replies.Text(Request(""), 404, "").headers, has_it);
  EXPECT_THAT(replies.Preflight(preflight)->headers, has_it);
}

}  // namespace
}  // namespace spanhold::otlp_receiver
