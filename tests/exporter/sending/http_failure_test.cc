#include "src/exporter/sending/http_failure.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "src/net/http_date.h"
#include "tests/support/status_is.h"

namespace spanhold::sending {
namespace {

constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};

SendResult FailureOf(int status, const net::HttpHeaders& headers = {},
                     const std::string& body = "") {
  net::HttpResponse response;
  response.status = status;
  response.headers = headers;
  response.body = body;
  return HttpFailure(response, absl::UnavailableError("busy"), kNow);
}

std::optional<Duration> DelayOf(int status, const std::string& retry_after) {
  return RetryAfter(FailureOf(status, {{"Retry-After", retry_after}}).status);
}

TEST(HttpFailureTest, KeepsTheExportersError) {
  EXPECT_THAT(FailureOf(503).status, StatusIs(absl::StatusCode::kUnavailable, "busy"));
  EXPECT_EQ(RetryAfter(FailureOf(503).status), std::nullopt);
}

TEST(HttpFailureTest, ReadsRetryAfterInSecondsOrAsADate) {
  EXPECT_EQ(DelayOf(503, "7"), std::chrono::seconds(7));
  EXPECT_EQ(DelayOf(429, "0"), std::chrono::seconds(0));
  EXPECT_EQ(DelayOf(503, net::FormatHttpDate(kNow + std::chrono::seconds(30))),
            std::chrono::seconds(30));
  EXPECT_EQ(DelayOf(503, net::FormatHttpDate(kNow - std::chrono::seconds(30))),
            std::chrono::seconds(0));
  EXPECT_EQ(DelayOf(503, "4000000000"), std::chrono::hours(1));
}

TEST(HttpFailureTest, TakesADelayThatCannotBeReadForNone) {
  for (const char* const malformed : {"", "soon", "1.5", "-1", "99999999999999"}) {
    EXPECT_EQ(DelayOf(503, malformed), std::nullopt) << malformed;
  }
}

TEST(HttpFailureTest, HonoursADelayWhereTheProtocolHasOne) {
  for (const int status : {400, 413, 500, 502, 504}) {
    EXPECT_EQ(DelayOf(status, "7"), std::nullopt) << status;
  }
}

TEST(HttpFailureTest, KnowsARequestThatIsTooLarge) {
  EXPECT_TRUE(FailureOf(413).too_large);
  EXPECT_TRUE(FailureOf(400, {}, "\x08\x03\x12\x1cHTTP: http: request body too large").too_large);
}

TEST(HttpFailureTest, TakesOtherFailuresForWhatTheyAre) {
  EXPECT_FALSE(FailureOf(400, {}, "malformed").too_large);
  EXPECT_FALSE(FailureOf(503, {}, "http: request body too large").too_large);
  EXPECT_FALSE(FailureOf(414).too_large);
}

}  // namespace
}  // namespace spanhold::sending
