#include "src/receiver/otlp/http_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/read_config.h"

namespace spanhold::otlp_receiver {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Read(HttpConfig& config, std::string_view yaml) {
  return ReadConfig(yaml, "http", config);
}

std::vector<std::string> ErrorsOf(std::string_view yaml) {
  HttpConfig config;
  return Read(config, yaml);
}

TEST(HttpConfigTest, DefaultsListenOnLocalhostWith64MiB) {
  HttpConfig config;

  EXPECT_THAT(Read(config, ""), IsEmpty());

  EXPECT_EQ(config.ListenEndpoint().Authority(), "localhost:4318");
  EXPECT_EQ(config.max_request_body_size, 67108864U);
  EXPECT_EQ(config.traces_url_path, "/v1/traces");
  EXPECT_THAT(config.cors.allowed_origins, IsEmpty());
}

TEST(HttpConfigTest, ReadsTheCollectorsKeys) {
  HttpConfig config;

  EXPECT_THAT(Read(config, R"(
endpoint: 0.0.0.0:14318
traces_url_path: traces
metrics_url_path: /m
logs_url_path: /l
max_request_body_size: 20971520
compression_algorithms: ["", gzip]
cors:
  allowed_origins: ["https://*.example.com"]
  allowed_headers: [X-Team]
  exposed_headers: [X-Trace]
  max_age: 7200
response_headers: {X-Frame-Options: DENY}
read_timeout: 10s
read_header_timeout: 5s
write_timeout: 0s
idle_timeout: 2m
keep_alives_enabled: false
)"),
              IsEmpty());

  EXPECT_EQ(config.ListenEndpoint().Authority(), "0.0.0.0:14318");
  EXPECT_EQ(config.traces_url_path, "/traces");
  EXPECT_EQ(config.metrics_url_path, "/m");
  EXPECT_EQ(config.logs_url_path, "/l");
  EXPECT_EQ(config.max_request_body_size, 20971520U);
  EXPECT_THAT(config.compression_algorithms, ElementsAre("", "gzip"));
  EXPECT_THAT(config.cors.allowed_origins, ElementsAre("https://*.example.com"));
  EXPECT_EQ(config.cors.max_age, 7200);
  EXPECT_EQ(config.response_headers.at("X-Frame-Options"), "DENY");
  EXPECT_EQ(config.read_timeout, std::chrono::seconds(10));
  EXPECT_EQ(config.read_header_timeout, std::chrono::seconds(5));
  EXPECT_EQ(config.write_timeout, Duration::zero());
  EXPECT_EQ(config.idle_timeout, std::chrono::minutes(2));
  EXPECT_FALSE(config.keep_alives_enabled);
}

TEST(HttpConfigTest, TakesAUnixSocket) {
  HttpConfig config;

  EXPECT_THAT(Read(config, "endpoint: unix:/run/spanhold.sock"), IsEmpty());
  EXPECT_TRUE(config.ListenEndpoint().is_unix());
}

TEST(HttpConfigTest, RefusesWhatComesLaterAndSaysWhatToDoInstead) {
  EXPECT_THAT(ErrorsOf("tls: {cert_file: a}"),
              ElementsAre(HasSubstr("TLS on receivers comes with a later version")));
  EXPECT_THAT(ErrorsOf("auth: {authenticator: basicauth}"),
              ElementsAre(HasSubstr("authentication on receivers comes with a later version")));
  EXPECT_THAT(ErrorsOf("include_metadata: true"), ElementsAre(HasSubstr("include_metadata")));
  EXPECT_THAT(ErrorsOf("middlewares: [x]"), ElementsAre(HasSubstr("middlewares")));
}

TEST(HttpConfigTest, SaysWhatIsWrongWithAValue) {
  EXPECT_THAT(ErrorsOf("endpoint: http://localhost:4318"),
              ElementsAre("a.yaml:1: http.endpoint: want \"host:port\" without a scheme, like "
                          "\"localhost:4318\""));
  EXPECT_THAT(ErrorsOf("endpoint: localhost"),
              ElementsAre("a.yaml:1: http.endpoint: want a port, like \"localhost:4318\""));
  EXPECT_THAT(ErrorsOf("endpoint: localhost:x"), ElementsAre(HasSubstr("http.endpoint: ")));
  EXPECT_THAT(ErrorsOf("traces_url_path: /a?b"),
              ElementsAre(HasSubstr("http.traces_url_path: want a path")));
  EXPECT_THAT(ErrorsOf("max_request_body_size: 0"), ElementsAre(HasSubstr("want more than 0")));
  EXPECT_THAT(ErrorsOf("compression_algorithms: [gzip, snappy]"),
              ElementsAre(HasSubstr("snappy and lz4 are not supported")));
  EXPECT_THAT(ErrorsOf("response_headers: {X-A: \"b\\nc\"}"),
              ElementsAre(HasSubstr("values without line breaks")));
  EXPECT_THAT(ErrorsOf("cors: {allowed_origins: ['https://*.*']}"),
              ElementsAre(HasSubstr("http.cors.allowed_origins: want origins with at most one")));
}

}  // namespace
}  // namespace spanhold::otlp_receiver
