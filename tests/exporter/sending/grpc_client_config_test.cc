#include "src/exporter/sending/grpc_client_config.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/read_config.h"

namespace spanhold::sending {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

GrpcClientConfig With(const std::string& endpoint, bool insecure = false) {
  GrpcClientConfig config;
  config.endpoint = endpoint;
  config.tls.insecure = insecure;
  return config;
}

TEST(GrpcClientConfigTest, ReadsTheCollectorsKeys) {
  GrpcClientConfig config;

  EXPECT_THAT(ReadConfig(R"(
endpoint: backend:4317
tls: {insecure: true}
compression: none
headers: {x-tenant: blue}
authority: other
user_agent: mine
keepalive: {time: 20s, timeout: 3s, permit_without_stream: true}
read_buffer_size: 1024
write_buffer_size: 524288
wait_for_ready: true
balancer_name: pick_first
)",
                         config),
              IsEmpty());

  EXPECT_EQ(config.Target(), "dns:///backend:4317");
  EXPECT_FALSE(config.UsesTls());
  EXPECT_FALSE(config.gzip());
  EXPECT_EQ(config.headers.at("x-tenant"), "blue");
  EXPECT_EQ(config.authority, "other");
  EXPECT_EQ(config.user_agent, "mine");
  EXPECT_TRUE(config.keepalive.enabled);
  EXPECT_EQ(config.keepalive.time, std::chrono::seconds(20));
  EXPECT_EQ(config.keepalive.timeout, std::chrono::seconds(3));
  EXPECT_TRUE(config.keepalive.permit_without_stream);
  EXPECT_EQ(config.write_buffer_size, 524288U);
  EXPECT_TRUE(config.wait_for_ready);
  EXPECT_EQ(config.balancer_name, "pick_first");
}

TEST(GrpcClientConfigTest, DefaultsAreTheCollectors) {
  const GrpcClientConfig config = With("backend:4317");

  EXPECT_TRUE(config.gzip());
  EXPECT_TRUE(config.UsesTls());
  EXPECT_FALSE(config.keepalive.enabled);
  EXPECT_FALSE(config.wait_for_ready);
  EXPECT_EQ(config.balancer_name, "round_robin");
}

TEST(GrpcClientConfigTest, UnderstandsTheSpellingsOfAnEndpoint) {
  EXPECT_EQ(With("backend:4317").Target(), "dns:///backend:4317");
  EXPECT_EQ(With("http://backend:4317").Target(), "dns:///backend:4317");
  EXPECT_EQ(With("https://backend:4317/").Target(), "dns:///backend:4317");
  EXPECT_EQ(With("grpc://backend:4317").Target(), "dns:///backend:4317");
  EXPECT_EQ(With("dns:///backend:4317").Target(), "dns:///backend:4317");
  EXPECT_EQ(With("[::1]:4317").Target(), "dns:///[::1]:4317");
  EXPECT_EQ(With("unix:/run/backend.sock").Target(), "unix:/run/backend.sock");
}

TEST(GrpcClientConfigTest, TheSchemeDecidesAboutTls) {
  EXPECT_FALSE(With("http://backend:4317").UsesTls());
  EXPECT_TRUE(With("https://backend:4317", true).UsesTls());
  EXPECT_FALSE(With("unix:/run/backend.sock").UsesTls());
  EXPECT_TRUE(With("dns:///backend:4317").UsesTls());
  EXPECT_FALSE(With("dns:///backend:4317", true).UsesTls());
}

TEST(GrpcClientConfigTest, RefusesAnEndpointThatGrpcCannotReach) {
  EXPECT_THAT(ConfigErrors<GrpcClientConfig>(""), ElementsAre(HasSubstr("required")));
  EXPECT_THAT(ConfigErrors<GrpcClientConfig>("endpoint: backend"),
              ElementsAre(HasSubstr("host and port")));
  EXPECT_THAT(ConfigErrors<GrpcClientConfig>("endpoint: ':4317'"),
              ElementsAre(HasSubstr("host and port")));
  EXPECT_THAT(ConfigErrors<GrpcClientConfig>("endpoint: http://backend:4318/v1/traces"),
              ElementsAre(HasSubstr("otlp_http")));
}

TEST(GrpcClientConfigTest, SendsWhoWantsZstdToHttp) {
  for (const char* const name : {"zstd", "snappy"}) {
    EXPECT_THAT(
        ConfigErrors<GrpcClientConfig>("{endpoint: 'a:1', compression: " + std::string(name) + "}"),
        ElementsAre(AllOf(HasSubstr("it.compression"), HasSubstr("otlp_http"))));
  }
}

TEST(GrpcClientConfigTest, RefusesWhatItDoesNotDo) {
  EXPECT_THAT(ConfigErrors<GrpcClientConfig>("{endpoint: 'a:1', auth: {authenticator: b}}"),
              ElementsAre(HasSubstr("headers")));
  EXPECT_THAT(ConfigErrors<GrpcClientConfig>("{endpoint: 'a:1', balancer_name: other}"),
              ElementsAre(HasSubstr("pick_first")));
  EXPECT_THAT(ConfigErrors<GrpcClientConfig>("{endpoint: 'a:1', tls: {min_version: '1.3'}}"),
              ElementsAre(HasSubstr("min_version")));
}

}  // namespace
}  // namespace spanhold::sending
