#include "src/receiver/otlp/grpc_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/read_config.h"

namespace spanhold::otlp_receiver {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(GrpcConfigTest, DefaultsListenOnLocalhostWith64MiB) {
  GrpcConfig config;

  EXPECT_THAT(ReadConfig("", config), IsEmpty());

  EXPECT_EQ(config.ListenEndpoint().Authority(), "localhost:4317");
  EXPECT_EQ(config.max_request_bytes(), 67108864U);
}

TEST(GrpcConfigTest, DefaultsBearThePingsOfEverySdk) {
  const GrpcConfig config;

  // The most frequent in use is every 10 s, more or less exactly.
  EXPECT_LT(config.keepalive.min_time, std::chrono::seconds(9));
  EXPECT_TRUE(config.keepalive.permit_without_stream);
}

TEST(GrpcConfigTest, ReadsTheCollectorsKeys) {
  GrpcConfig config;

  EXPECT_THAT(ReadConfig(R"(
endpoint: 0.0.0.0:14317
transport: tcp
max_recv_msg_size_mib: 16
max_concurrent_streams: 100
read_buffer_size: 524288
write_buffer_size: 65536
keepalive:
  server_parameters:
    max_connection_idle: 11s
    max_connection_age: 12s
    max_connection_age_grace: 13s
    time: 30s
    timeout: 5s
  enforcement_policy:
    min_time: 1m
    permit_without_stream: false
)",
                         config),
              IsEmpty());

  EXPECT_EQ(config.ListenEndpoint().Authority(), "0.0.0.0:14317");
  EXPECT_EQ(config.max_request_bytes(), 16U << 20U);
  EXPECT_EQ(config.max_concurrent_streams, 100);
  EXPECT_EQ(config.read_buffer_size, 524288U);
  EXPECT_EQ(config.write_buffer_size, 65536U);
  EXPECT_EQ(config.keepalive.max_connection_idle, std::chrono::seconds(11));
  EXPECT_EQ(config.keepalive.max_connection_age, std::chrono::seconds(12));
  EXPECT_EQ(config.keepalive.max_connection_age_grace, std::chrono::seconds(13));
  EXPECT_EQ(config.keepalive.time, std::chrono::seconds(30));
  EXPECT_EQ(config.keepalive.timeout, std::chrono::seconds(5));
  EXPECT_EQ(config.keepalive.min_time, std::chrono::minutes(1));
  EXPECT_FALSE(config.keepalive.permit_without_stream);
}

TEST(GrpcConfigTest, ZeroMeansTheDefaultSizeAsInTheCollector) {
  GrpcConfig config;

  EXPECT_THAT(ReadConfig("max_recv_msg_size_mib: 0", config), IsEmpty());

  EXPECT_EQ(config.max_request_bytes(), 67108864U);
}

TEST(GrpcConfigTest, ListensOnAUnixSocketInBothSpellings) {
  for (const char* const yaml : {"{transport: unix, endpoint: /run/spanhold.sock}",
                                 "{transport: unix, endpoint: 'unix:/run/spanhold.sock'}",
                                 "{endpoint: 'unix:///run/spanhold.sock'}"}) {
    GrpcConfig config;
    EXPECT_THAT(ReadConfig(yaml, config), IsEmpty());
    EXPECT_EQ(config.ListenEndpoint().Authority(), "unix:/run/spanhold.sock") << yaml;
  }
}

TEST(GrpcConfigTest, RefusesWhatItDoesNotDoAndSaysWhatToDoInstead) {
  EXPECT_THAT(ConfigErrors<GrpcConfig>("tls: {cert_file: a.pem}"),
              ElementsAre(AllOf(HasSubstr("it.tls"), HasSubstr("later version"))));
  EXPECT_THAT(ConfigErrors<GrpcConfig>("auth: {authenticator: oidc}"),
              ElementsAre(HasSubstr("it.auth")));
  EXPECT_THAT(ConfigErrors<GrpcConfig>("include_metadata: true"),
              ElementsAre(HasSubstr("no stage reads")));
  EXPECT_THAT(ConfigErrors<GrpcConfig>("middlewares: [x]"), ElementsAre(HasSubstr("middleware")));
}

TEST(GrpcConfigTest, RefusesWrongValues) {
  EXPECT_THAT(ConfigErrors<GrpcConfig>("endpoint: http://localhost:4317"),
              ElementsAre(HasSubstr("without a scheme")));
  EXPECT_THAT(ConfigErrors<GrpcConfig>("endpoint: localhost"),
              ElementsAre(HasSubstr("want a port")));
  EXPECT_THAT(ConfigErrors<GrpcConfig>("transport: udp"), ElementsAre(HasSubstr("it.transport")));
  EXPECT_THAT(ConfigErrors<GrpcConfig>("max_recv_msg_size_mib: -1"),
              ElementsAre(HasSubstr("it.max_recv_msg_size_mib")));
  EXPECT_THAT(ConfigErrors<GrpcConfig>("keepalive: {server_parameters: {time: 0s}}"),
              ElementsAre(HasSubstr("it.keepalive.server_parameters.time")));
  EXPECT_THAT(ConfigErrors<GrpcConfig>("read_buffer_size: 1GiB"),
              ElementsAre(HasSubstr("at most 64MiB")));
}

}  // namespace
}  // namespace spanhold::otlp_receiver
