#include "src/exporter/otlp_grpc/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/read_config.h"

namespace spanhold::otlp_grpc {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(OtlpGrpcConfigTest, DefaultsAreTheCollectors) {
  Config config;

  EXPECT_THAT(ReadConfig("endpoint: backend:4317", config), IsEmpty());

  EXPECT_TRUE(config.client.gzip());
  EXPECT_TRUE(config.client.UsesTls());
  EXPECT_EQ(config.sending.timeout, std::chrono::seconds(5));
}

TEST(OtlpGrpcConfigTest, ReadsTheCollectorsKeys) {
  Config config;

  EXPECT_THAT(ReadConfig(R"(
endpoint: backend:4317
tls: {insecure: true}
compression: none
headers: {authorization: secret}
timeout: 2s
sending_queue: {num_consumers: 3, queue_size: 7}
retry_on_failure: {max_interval: 60s}
keepalive: {time: 20s}
)",
                         config),
              IsEmpty());

  EXPECT_FALSE(config.client.gzip());
  EXPECT_FALSE(config.client.UsesTls());
  EXPECT_EQ(config.client.headers.at("authorization"), "secret");
  EXPECT_EQ(config.client.keepalive.time, std::chrono::seconds(20));
  EXPECT_EQ(config.sending.timeout, std::chrono::seconds(2));
  EXPECT_EQ(config.sending.sending_queue.queue_size, 7);
}

TEST(OtlpGrpcConfigTest, TellsWhereItSends) {
  Config config;
  ASSERT_THAT(ReadConfig("endpoint: http://backend:4317", config), IsEmpty());

  ASSERT_EQ(config.SendEndpoints().size(), 1U);
  EXPECT_EQ(config.SendEndpoints()[0].key, "endpoint");
  EXPECT_EQ(config.Destination(), "backend:4317");
}

TEST(OtlpGrpcConfigTest, RefusesZstdWithAHintToHttp) {
  EXPECT_THAT(ConfigErrors<Config>("{endpoint: 'backend:4317', compression: zstd}"),
              Contains(HasSubstr("otlp_http")));
}

TEST(OtlpGrpcConfigTest, WantsAnEndpointWithAPort) {
  EXPECT_THAT(ConfigErrors<Config>("{}"), Contains(HasSubstr("endpoint")));
  EXPECT_THAT(ConfigErrors<Config>("endpoint: backend"), Contains(HasSubstr("port")));
}

}  // namespace
}  // namespace spanhold::otlp_grpc
