#include "src/receiver/otlp/http_cors.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanhold::otlp_receiver {
namespace {

using testing::IsEmpty;

// The value of a header, or "" without it.
std::string Header(const net::HttpReply& reply, const std::string& name) {
  const auto found = std::find_if(reply.headers.begin(), reply.headers.end(),
                                  [&](const auto& header) { return header.first == name; });
  return found == reply.headers.end() ? "" : found->second;
}

net::HttpRequestHead Preflight(std::string_view origin, std::string_view headers = "content-type",
                               std::string_view method = "POST") {
  net::HttpRequestHead head;
  head.method = "OPTIONS";
  head.headers = {{"Origin", origin}, {"Access-Control-Request-Method", method}};
  if (!headers.empty()) {
    head.headers.emplace_back("Access-Control-Request-Headers", headers);
  }
  return head;
}

net::HttpRequestHead PostFrom(std::string_view origin) {
  net::HttpRequestHead head;
  head.method = "POST";
  head.headers = {{"Origin", origin}};
  return head;
}

CorsConfig Allowing(const std::string& origin) {
  CorsConfig config;
  config.allowed_origins = {origin};
  return config;
}

TEST(CorsTest, IsOffWithoutOrigins) {
  const Cors cors({});
  net::HttpReply reply;

  EXPECT_EQ(cors.Preflight(Preflight("https://a.test")), std::nullopt);
  cors.AddTo(PostFrom("https://a.test"), reply);
  EXPECT_THAT(reply.headers, IsEmpty());
}

TEST(CorsTest, AllowsAPreflightFromAnAllowedOrigin) {
  CorsConfig config = Allowing("https://a.test");
  config.max_age = 600;
  const Cors cors(config);

  const auto reply = cors.Preflight(Preflight("https://a.test"));

  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status, 204);
  EXPECT_EQ(Header(*reply, "Access-Control-Allow-Origin"), "https://a.test");
  EXPECT_EQ(Header(*reply, "Access-Control-Allow-Methods"), "POST");
  EXPECT_EQ(Header(*reply, "Access-Control-Allow-Headers"), "content-type");
  EXPECT_EQ(Header(*reply, "Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(Header(*reply, "Access-Control-Max-Age"), "600");
}

TEST(CorsTest, GivesNoPermissionToOthersNorForOtherMethods) {
  const Cors cors(Allowing("https://a.test"));
  for (const auto& request : {Preflight("https://b.test"), Preflight(""),
                              Preflight("https://a.test", "content-type", "DELETE")}) {
    const auto reply = cors.Preflight(request);
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->status, 204);
    EXPECT_EQ(Header(*reply, "Access-Control-Allow-Origin"), "");
  }
}

TEST(CorsTest, AnOptionsRequestThatIsNoPreflightIsNotAnswered) {
  net::HttpRequestHead head = PostFrom("https://a.test");
  head.method = "OPTIONS";

  EXPECT_EQ(Cors(Allowing("*")).Preflight(head), std::nullopt);
}

TEST(CorsTest, AStarInAnOriginStandsForAnyText) {
  const Cors cors(Allowing("https://*.example.com"));
  const std::pair<const char*, bool> cases[] = {{"https://www.example.com", true},
                                                {"https://a.b.EXAMPLE.com", true},
                                                {"http://www.example.com", false},
                                                {"https://example.com", false},
                                                {"https://www.example.com.evil.test", false}};
  for (const auto& [origin, allowed] : cases) {
    EXPECT_EQ(!Header(*cors.Preflight(Preflight(origin)), "Access-Control-Allow-Origin").empty(),
              allowed)
        << origin;
  }
}

TEST(CorsTest, AnyOriginIsAnsweredWithAStar) {
  const Cors cors(Allowing("*"));

  EXPECT_EQ(Header(*cors.Preflight(Preflight("https://x.test")), "Access-Control-Allow-Origin"),
            "*");
}

TEST(CorsTest, RequestHeadersMustBeAllowed) {
  CorsConfig config = Allowing("*");
  const auto allows = [&](std::string_view headers) {
    return !Header(*Cors(config).Preflight(Preflight("https://a.test", headers)),
                   "Access-Control-Allow-Origin")
                .empty();
  };

  EXPECT_TRUE(allows("Content-Type, accept ,x-requested-with"));
  EXPECT_FALSE(allows("content-type,authorization"));
  config.allowed_headers = {"Authorization"};
  EXPECT_TRUE(allows("content-type,authorization"));
  EXPECT_FALSE(allows("x-requested-with"));
  config.allowed_headers = {"*"};
  EXPECT_TRUE(allows("x-anything"));
}

TEST(CorsTest, LetsAnAllowedPageReadRepliesAndRetryAfter) {
  CorsConfig config = Allowing("https://a.test");
  config.exposed_headers = {"X-Id"};
  const Cors cors(config);
  net::HttpReply reply;
  net::HttpReply other;

  cors.AddTo(PostFrom("https://a.test"), reply);
  cors.AddTo(PostFrom("https://b.test"), other);

  EXPECT_EQ(Header(reply, "Access-Control-Allow-Origin"), "https://a.test");
  EXPECT_EQ(Header(reply, "Access-Control-Expose-Headers"), "X-Id, Retry-After");
  EXPECT_EQ(Header(reply, "Vary"), "Origin");
  EXPECT_EQ(Header(other, "Access-Control-Allow-Origin"), "");
}

}  // namespace
}  // namespace spanhold::otlp_receiver
