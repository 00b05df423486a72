#include "src/extension/health_check/health_check.h"

#include <atomic>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/net/socket_client.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_is.h"

namespace spanhold::health_check {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class HealthCheckTest : public testing::Test {
 protected:
  HealthCheckTest() { config_.endpoint = "127.0.0.1:0"; }
  ~HealthCheckTest() override {
    if (check_) {
      check_->Stop(SystemClock().Now());
    }
    loop_.Stop();
  }

  void Start() {
    check_ = std::make_unique<HealthCheck>("health_check", config_, clock_, loop_);
    ASSERT_THAT(check_->Start(), IsOk());
    loop_.Start();
  }
  std::string Get(const std::string& path) {
    net::SocketClient client(check_->bound_endpoint());
    client.Write("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    return client.ReadResponse();
  }

  ManualClock clock_;
  net::EventLoop loop_{"test-health", 1};
  Config config_;
  std::unique_ptr<HealthCheck> check_;
};

TEST_F(HealthCheckTest, IsNotReadyAtFirst) {
  Start();

  EXPECT_THAT(Get("/"),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Content-Type: application/json\r\n"),
                    EndsWith(R"({"status":"Server not available",)"
                             R"("upSince":"0001-01-01T00:00:00Z","uptime":""})")));
}

TEST_F(HealthCheckTest, SaysSinceWhenItIsReady) {
  Start();
  check_->SetReady(true);
  clock_.Advance(std::chrono::seconds(62));
  check_->SetReady(true);

  EXPECT_THAT(Get("/"), AllOf(StartsWith("HTTP/1.1 200 "),
                              EndsWith(R"({"status":"Server available",)"
                                       R"("upSince":"2024-01-01T00:00:00Z","uptime":"1m2s"})")));
}

TEST_F(HealthCheckTest, IsNotReadyAgainWhenToldSo) {
  Start();
  check_->SetReady(true);
  check_->SetReady(false);

  EXPECT_THAT(Get("/"), StartsWith("HTTP/1.1 503 "));
}

TEST_F(HealthCheckTest, IsNotReadyWhileThereIsAProblemAndSaysWhich) {
  std::atomic<bool> broken{true};
  check_ = std::make_unique<HealthCheck>("health_check", config_, clock_, loop_);
  check_->SetProblemReader([&broken] { return broken ? "journal: \"/x\" is broken" : ""; });
  ASSERT_THAT(check_->Start(), IsOk());
  loop_.Start();
  check_->SetReady(true);

  EXPECT_THAT(Get("/"), AllOf(StartsWith("HTTP/1.1 503 "),
                              EndsWith(R"("uptime":"","reason":"journal: \"/x\" is broken"})")));
  broken = false;
  EXPECT_THAT(Get("/"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HealthCheckTest, AnswersOnEveryPathUnlessOneIsConfigured) {
  Start();
  EXPECT_THAT(Get("/any"), StartsWith("HTTP/1.1 503 "));
}

TEST_F(HealthCheckTest, AnswersOnItsConfiguredPathOnly) {
  config_.path = "/health";
  Start();

  EXPECT_THAT(Get("/health?verbose"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(Get("/"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(HealthCheckTest, AnswersWithConfiguredBodies) {
  config_.healthy_body = "up";
  config_.unhealthy_body = "down";
  Start();

  EXPECT_THAT(Get("/"), AllOf(StartsWith("HTTP/1.1 503 "), EndsWith("\r\n\r\ndown")));
  check_->SetReady(true);
  EXPECT_THAT(Get("/"), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("\r\n\r\nup")));
}

TEST_F(HealthCheckTest, StopsWithoutStart) {
  HealthCheck check("health_check", config_, clock_, loop_);
  check.Stop(SystemClock().Now());
}

}  // namespace
}  // namespace spanhold::health_check
