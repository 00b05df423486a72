#include "src/extension/health_check/health_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace spanhold::health_check {
namespace {

// What the extension answers, seen without a socket: the server in front of it has its own tests.
class HealthCheckTest : public testing::Test {
 protected:
  net::HttpReply Get(HealthCheck& health_check, std::string_view path) {
    net::HttpRequestHead head;
    head.method = "GET";
    head.target = path;
    return *health_check.OnHead(head);
  }

  ManualClock clock_;
  net::EventLoop loop_{"test", 1};
};

TEST_F(HealthCheckTest, Is503BeforeItIsReady) {
  HealthCheck health_check(Config(), "health_check", clock_, loop_);

  const net::HttpReply reply = Get(health_check, "/");

  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body,
            R"({"status":"Server not available","upSince":"0001-01-01T00:00:00Z","uptime":""})");
}

TEST_F(HealthCheckTest, Is200WhenReadyAndSaysSinceWhen) {
  HealthCheck health_check(Config(), "health_check", clock_, loop_);

  health_check.SetReady(true);
  clock_.Advance(std::chrono::seconds(62));
  const net::HttpReply reply = Get(health_check, "/?x=1");

  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "application/json");
  EXPECT_EQ(
      reply.body,
      R"({"status":"Server available","upSince":"2024-01-01T00:00:00Z","uptime":"1m2s"})");
}

TEST_F(HealthCheckTest, Is503WhileShuttingDown) {
  HealthCheck health_check(Config(), "health_check", clock_, loop_);

  health_check.SetReady(true);
  health_check.SetReady(false);

  EXPECT_EQ(Get(health_check, "/").status, 503);
}

TEST_F(HealthCheckTest, AnswersOnlyAtItsPath) {
  Config config;
  config.path = "/healthz";
  config.response_body = "fine";
  HealthCheck health_check(config, "health_check", clock_, loop_);

  health_check.SetReady(true);

  EXPECT_EQ(Get(health_check, "/").status, 404);
  EXPECT_EQ(Get(health_check, "/healthz").body, "fine");
}

TEST_F(HealthCheckTest, ListensWhereItIsTold) {
  loop_.Start();
  Config config;
  config.endpoint = "127.0.0.1:0";
  HealthCheck health_check(config, "health_check", clock_, loop_);

  ASSERT_TRUE(health_check.Start().ok());

  EXPECT_NE(health_check.bound_endpoint().port, 0);
  health_check.Stop(clock_.Now());
  loop_.Stop();
}

}  // namespace
}  // namespace spanhold::health_check
