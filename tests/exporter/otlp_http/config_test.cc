#include "src/exporter/otlp_http/config.h"

#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/read_config.h"

namespace spanhold::otlp_http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kPath[] = "exporters.otlp_http";

std::vector<std::string> ErrorsOf(const std::string& yaml) {
  Config config;
  return ReadConfig("endpoint: http://backend:4318\n" + yaml, kPath, config);
}

TEST(OtlpHttpConfigTest, DefaultsAreTheCollectors) {
  Config config;

  EXPECT_THAT(ReadConfig("endpoint: http://backend:4318", kPath, config), IsEmpty());

  EXPECT_EQ(config.encoding, Config::Format::kProto);
  EXPECT_EQ(config.compression, compress::Encoding::kGzip);
  EXPECT_EQ(config.sending.timeout, std::chrono::seconds(30));
  EXPECT_EQ(config.idle_conn_timeout, std::chrono::seconds(90));
}

TEST(OtlpHttpConfigTest, ReadsTheCollectorsKeys) {
  Config config;

  EXPECT_THAT(ReadConfig(R"(
traces_endpoint: https://backend/traces
encoding: json
compression: zstd
headers: {authorization: secret}
idle_conn_timeout: 10s
timeout: 5s
tls: {insecure_skip_verify: true}
sending_queue: {num_consumers: 3}
retry_on_failure: {max_interval: 60s}
)",
                         kPath, config),
              IsEmpty());

  EXPECT_EQ(config.encoding, Config::Format::kJson);
  EXPECT_EQ(config.compression, compress::Encoding::kZstd);
  EXPECT_EQ(config.headers.at("authorization"), "secret");
  EXPECT_EQ(config.idle_conn_timeout, std::chrono::seconds(10));
  EXPECT_EQ(config.sending.timeout, std::chrono::seconds(5));
  EXPECT_TRUE(config.tls.insecure_skip_verify);
  EXPECT_EQ(config.sending.sending_queue.num_consumers, 3);
  EXPECT_EQ(config.sending.retry_on_failure.max_interval, std::chrono::seconds(60));
}

TEST(OtlpHttpConfigTest, KnowsEachCompression) {
  const std::pair<const char*, compress::Encoding> cases[] = {
      {"gzip", compress::Encoding::kGzip},     {"zstd", compress::Encoding::kZstd},
      {"zlib", compress::Encoding::kZlib},     {"deflate", compress::Encoding::kZlib},
      {"none", compress::Encoding::kIdentity}, {"''", compress::Encoding::kIdentity}};
  for (const auto& [word, encoding] : cases) {
    Config config;
    EXPECT_THAT(ReadConfig(std::string("endpoint: http://a\ncompression: ") + word, kPath, config),
                IsEmpty());
    EXPECT_EQ(config.compression, encoding) << word;
  }
}

TEST(OtlpHttpConfigTest, PutsTheSignalsPathBehindTheEndpointsOnly) {
  struct Case {
    const char* yaml;
    const char* authority;
    const char* path;
  };
  const Case cases[] = {{"endpoint: http://a:4318", "a:4318", "/v1/traces"},
                        {"endpoint: http://a:4318/", "a:4318", "/v1/traces"},
                        {"endpoint: https://a/otlp/", "a:443", "/otlp/v1/traces"},
                        {"endpoint: http://a/otlp?key=b", "a:80", "/otlp/v1/traces?key=b"},
                        {"traces_endpoint: http://a", "a:80", "/"},
                        {"traces_endpoint: http://a/v2/t?x", "a:80", "/v2/t?x"},
                        {"{endpoint: 'http://b', traces_endpoint: 'http://a/t'}", "a:80", "/t"}};
  for (const Case& each : cases) {
    Config config;
    EXPECT_THAT(ReadConfig(each.yaml, kPath, config), IsEmpty()) << each.yaml;
    EXPECT_EQ(config.Target().Authority(), each.authority) << each.yaml;
    EXPECT_EQ(config.Target().path, each.path) << each.yaml;
    ASSERT_THAT(config.SendEndpoints(), SizeIs(1));
    EXPECT_EQ(config.SendEndpoints()[0].endpoint.Authority(), each.authority);
  }
}

TEST(OtlpHttpConfigTest, WantsAUrl) {
  Config config;
  EXPECT_THAT(ReadConfig("compression: gzip", kPath, config),
              ElementsAre(HasSubstr("want the URL of a backend")));
  EXPECT_THAT(ReadConfig("endpoint: localhost:4318", kPath, config),
              ElementsAre("a.yaml:1: exporters.otlp_http.endpoint: want a URL with http or https, "
                          "like \"http://localhost:4318\""));
  EXPECT_THAT(ReadConfig("endpoint: ftp://a", kPath, config), SizeIs(1));
}

TEST(OtlpHttpConfigTest, RefusesHeadersThatWouldBreakTheRequest) {
  for (const char* const headers : {"{authorization: \"secret\\n\"}", "{'a b': c}", "{'a:': c}"}) {
    EXPECT_THAT(
        ErrorsOf(std::string("headers: ") + headers),
        ElementsAre("a.yaml:2: exporters.otlp_http.headers: want header names without spaces "
                    "or colons, and values without line breaks"));
  }
}

TEST(OtlpHttpConfigTest, RefusesWhatItDoesNotDo) {
  for (const char* const key :
       {"metrics_endpoint", "logs_endpoint", "profiles_endpoint", "max_idle_conns",
        "max_idle_conns_per_host", "max_conns_per_host", "read_buffer_size", "write_buffer_size",
        "compression_params", "http2_read_idle_timeout", "http2_ping_timeout",
        "force_attempt_http2", "disable_keep_alives", "proxy_url", "cookies", "auth",
        "middlewares"}) {
    EXPECT_THAT(ErrorsOf(std::string(key) + ": 1"), ElementsAre(HasSubstr(key))) << key;
  }
  EXPECT_THAT(ErrorsOf("compression: snappy"), SizeIs(1));
}

}  // namespace
}  // namespace spanhold::otlp_http
