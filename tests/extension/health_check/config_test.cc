#include "src/extension/health_check/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/read_config.h"

namespace spanhold::health_check {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kPath[] = "extensions.health_check";

std::vector<std::string> ErrorsOf(const std::string& yaml) {
  Config config;
  return ReadConfig(yaml, kPath, config);
}

TEST(HealthCheckConfigTest, DefaultsAreTheCollectors) {
  Config config;

  EXPECT_THAT(ReadConfig("", kPath, config), IsEmpty());

  EXPECT_EQ(config.ListenEndpoint().Authority(), "localhost:13133");
  EXPECT_EQ(config.path, "/");
  ASSERT_THAT(config.ListenEndpoints(), SizeIs(1));
  EXPECT_EQ(config.ListenEndpoints()[0].endpoint.port, 13133);
}

TEST(HealthCheckConfigTest, ReadsItsKeys) {
  Config config;

  EXPECT_THAT(ReadConfig("{endpoint: '0.0.0.0:8081', path: /ok, response_body: {healthy: up, "
                         "unhealthy: down}}",
                         kPath, config),
              IsEmpty());

  EXPECT_EQ(config.ListenEndpoint().Authority(), "0.0.0.0:8081");
  EXPECT_EQ(config.path, "/ok");
  EXPECT_EQ(config.healthy_body, "up");
  EXPECT_EQ(config.unhealthy_body, "down");
}

TEST(HealthCheckConfigTest, SaysWhatIsWrong) {
  EXPECT_THAT(ErrorsOf("endpoint: http://localhost:1"),
              ElementsAre(HasSubstr("want \"host:port\" without a scheme")));
  EXPECT_THAT(ErrorsOf("endpoint: localhost"), ElementsAre(HasSubstr("want \"host:port\"")));
  EXPECT_THAT(ErrorsOf("path: health"), ElementsAre(HasSubstr("want a path")));
  EXPECT_THAT(ErrorsOf("check_collector_pipeline: {enabled: true}"),
              ElementsAre(HasSubstr("otelcol_exporter_send_failed_spans")));
  EXPECT_THAT(ErrorsOf("tls: {}"), SizeIs(1));
  EXPECT_THAT(ErrorsOf("auth: {}"), SizeIs(1));
}

}  // namespace
}  // namespace spanhold::health_check
