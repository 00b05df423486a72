#include "src/exporter/jaeger/config.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/read_config.h"

namespace spanhold::jaeger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Read(std::string_view yaml, Config& config) {
  return ReadConfig(yaml, "exporters.jaeger", config);
}

std::vector<std::string> ErrorsOf(std::string_view yaml) {
  Config config;
  return Read(yaml, config);
}

// "grpc host:port", or "thrift scheme host:port path".
std::string TargetOf(const std::string& endpoint, Protocol protocol = Protocol::kByEndpoint) {
  Config config;
  config.endpoint = endpoint;
  config.protocol = protocol;
  const StatusOr<Target> target = config.Resolve();
  if (!target.ok()) {
    return std::string(MessageOf(target.status()));
  }
  const std::string authority = target->endpoint.Authority();
  return target->protocol == Protocol::kGrpc
             ? "grpc " + authority
             : "thrift " + target->endpoint.scheme + " " + authority + " " + target->endpoint.path;
}

TEST(JaegerConfigTest, ReadsEveryKey) {
  Config config;

  EXPECT_THAT(Read("endpoint: jaeger:14250\n"
                   "protocol: grpc\n"
                   "tls: {insecure: true}\n"
                   "headers: {x-tenant: a}\n"
                   "compression: gzip\n"
                   "timeout: 3s\n"
                   "sending_queue: {queue_size: 7}\n"
                   "retry_on_failure: {initial_interval: 1s}\n",
                   config),
              IsEmpty());

  EXPECT_EQ(config.endpoint, "jaeger:14250");
  EXPECT_EQ(config.protocol, Protocol::kGrpc);
  EXPECT_TRUE(config.tls.insecure);
  EXPECT_THAT(config.headers, ElementsAre(testing::Pair("x-tenant", "a")));
  EXPECT_EQ(config.compression, Config::Compression::kGzip);
  EXPECT_EQ(config.sending.timeout, std::chrono::seconds(3));
  EXPECT_EQ(config.sending.sending_queue.queue_size, 7);
  EXPECT_EQ(config.sending.retry_on_failure.initial_interval, std::chrono::seconds(1));
}

TEST(JaegerConfigTest, TakesAUrlForThriftAndHostAndPortForGrpc) {
  EXPECT_EQ(TargetOf("http://jaeger:14268/api/traces"), "thrift http jaeger:14268 /api/traces");
  EXPECT_EQ(TargetOf("jaeger:14250"), "grpc jaeger:14250");
  EXPECT_EQ(TargetOf("jaeger:9999"), "grpc jaeger:9999");
}

TEST(JaegerConfigTest, KnowsJaegersPorts) {
  EXPECT_EQ(TargetOf("jaeger:14268"), "thrift http jaeger:14268 /api/traces");
  EXPECT_EQ(TargetOf("http://jaeger:14250"), "grpc jaeger:14250");
  EXPECT_EQ(TargetOf("https://jaeger:14250/"), "grpc jaeger:14250");
  EXPECT_EQ(TargetOf("dns:///jaeger:14268"), "grpc jaeger:14268");
}

TEST(JaegerConfigTest, FillsInWhatAnEndpointLeavesOut) {
  EXPECT_EQ(TargetOf("jaeger"), "grpc jaeger:14250");
  EXPECT_EQ(TargetOf("jaeger", Protocol::kThriftHttp), "thrift http jaeger:14268 /api/traces");
  EXPECT_EQ(TargetOf("http://jaeger:14268"), "thrift http jaeger:14268 /api/traces");
  EXPECT_EQ(TargetOf("http://jaeger:14268/"), "thrift http jaeger:14268 /api/traces");
  EXPECT_EQ(TargetOf("http://jaeger"), "thrift http jaeger:80 /api/traces");
  EXPECT_EQ(TargetOf("https://jaeger/x/traces?a=b"), "thrift https jaeger:443 /x/traces?a=b");
}

TEST(JaegerConfigTest, LetsProtocolDecide) {
  EXPECT_EQ(TargetOf("http://jaeger:14268", Protocol::kGrpc), "grpc jaeger:14268");
  EXPECT_EQ(TargetOf("http://jaeger:14250", Protocol::kThriftHttp),
            "thrift http jaeger:14250 /api/traces");
}

TEST(JaegerConfigTest, SaysWhatDoesNotFitTogether) {
  EXPECT_EQ(TargetOf("http://jaeger:14268/api/traces", Protocol::kGrpc),
            "want \"host:port\" like \"localhost:14250\" with protocol: grpc");
  EXPECT_EQ(TargetOf("unix:/run/jaeger.sock", Protocol::kThriftHttp),
            "want a URL like \"http://localhost:14268/api/traces\" with protocol: thrift_http");
  EXPECT_THAT(ErrorsOf("endpoint: http://jaeger:14268/api/traces\ncompression: gzip\n"),
              ElementsAre(HasSubstr("compression: Jaeger's Thrift endpoint takes no compressed")));
  EXPECT_THAT(ErrorsOf("endpoint: jaeger:14250\ntls: {min_version: '1.3'}\n"),
              ElementsAre(HasSubstr("tls: min_version: gRPC offers 1.2 and newer")));
}

TEST(JaegerConfigTest, AsksForAnEndpoint) {
  EXPECT_THAT(ErrorsOf("timeout: 5s\n"),
              ElementsAre(HasSubstr("exporters.jaeger.endpoint: required: where Jaeger listens")));
  EXPECT_THAT(ErrorsOf("endpoint: 'a b'\n"), ElementsAre(HasSubstr("exporters.jaeger.endpoint")));
  EXPECT_THAT(ErrorsOf("endpoint: jaeger:1\nprotocol: udp\n"), ElementsAre(HasSubstr("protocol")));
}

TEST(JaegerConfigTest, NamesWhereItSendsForTheChecksAcrossComponents) {
  Config config;
  EXPECT_THAT(config.SendEndpoints(), IsEmpty());

  config.endpoint = "jaeger";

  ASSERT_EQ(config.SendEndpoints().size(), 1U);
  EXPECT_EQ(config.SendEndpoints()[0].key, "endpoint");
  EXPECT_EQ(config.SendEndpoints()[0].endpoint.Authority(), "jaeger:14250");
}

}  // namespace
}  // namespace spanhold::jaeger
