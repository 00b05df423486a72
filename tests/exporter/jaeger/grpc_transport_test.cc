#include "src/exporter/jaeger/grpc_transport.h"

#include <future>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/exporter/jaeger/thrift_transport.h"
#include "src/exporter/jaeger/transport.h"
#include "tests/exporter/jaeger/decoded.h"
#include "tests/exporter/jaeger/request_builder.h"
#include "tests/support/fake_otlp_server.h"
#include "tests/support/status_is.h"

namespace spanhold::jaeger {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr auto kPatience = std::chrono::seconds(20);

OtlpRequest RequestOf(const std::string& service) {
  OtlpRequest request;
  auto& resource = *request.add_resource_spans();
  Attribute(*resource.mutable_resource(), "service.name").set_string_value(service);
  resource.add_scope_spans()->add_spans()->set_name("checkout");
  return request;
}

class GrpcTransportTest : public testing::Test {
 protected:
  GrpcTransportTest() {
    grpc_loop_.Start();
    config_.endpoint = server_.endpoint();
    config_.protocol = Protocol::kGrpc;
    config_.tls.insecure = true;
  }
  ~GrpcTransportTest() override {
    if (transport_) {
      EXPECT_THAT(transport_->Shutdown(), IsOk());
    }
    grpc_loop_.Stop();
  }

  void Start() {
    transport_ = MakeTransport(config_, http_loop_, grpc_loop_, TestBudget(), clock_);
    ASSERT_THAT(transport_->Start(), IsOk());
  }

  std::future<sending::SendResult> Begin(const otlp::TraceBatch& batch) {
    auto result = std::make_shared<std::promise<sending::SendResult>>();
    transport_->Send(batch, SystemClock().Now() + kPatience,
                     [result](sending::SendResult r) { result->set_value(std::move(r)); });
    return result->get_future();
  }
  Status Send() { return Begin(BatchOf(RequestOf("shop"))).get().status; }

  FakeOtlpServer server_;
  Config config_;
  net::EventLoop http_loop_{"test", 1};
  const SystemClock clock_;
  rpc::GrpcLoop grpc_loop_{clock_};
  std::unique_ptr<sending::Transport> transport_;
};

TEST_F(GrpcTransportTest, PostsTheSpansOfOneProcess) {
  config_.headers = {{"x-tenant", "a"}};
  Start();

  EXPECT_THAT(Send(), IsOk());

  ASSERT_THAT(server_.requests(), SizeIs(1));
  const FakeOtlpServer::Request request = server_.requests()[0];
  EXPECT_EQ(request.method, "/jaeger.api_v2.CollectorService/PostSpans");
  EXPECT_FALSE(request.gzip);
  EXPECT_EQ(request.metadata.find("x-tenant")->second, "a");
  const DecodedBatch batch = DecodeProto(request.message);
  EXPECT_EQ(batch.service, "shop");
  ASSERT_THAT(batch.spans, SizeIs(1));
  EXPECT_EQ(batch.spans[0].name, "checkout");
}

TEST_F(GrpcTransportTest, CompressesOnRequest) {
  config_.compression = Config::Compression::kGzip;
  Start();
  OtlpRequest request = RequestOf("shop");
  Attribute(*request.mutable_resource_spans(0)->mutable_scope_spans(0)->mutable_spans(0), "long")
      .set_string_value(std::string(100'000, 'a'));

  EXPECT_THAT(Begin(BatchOf(request)).get().status, IsOk());

  ASSERT_THAT(server_.requests(), SizeIs(1));
  EXPECT_TRUE(server_.requests()[0].gzip);
  EXPECT_EQ(DecodeProto(server_.requests()[0].message).service, "shop");
}

TEST_F(GrpcTransportTest, SplitsABatchByProcess) {
  Start();
  otlp::TraceBatch batch = BatchOf(RequestOf("shop"));
  batch.Append(BatchOf(RequestOf("bank")));

  EXPECT_THAT(transport_->Split(batch), SizeIs(2));
  EXPECT_THAT(Begin(batch).get().status, StatusIs(absl::StatusCode::kInternal, testing::_));
}

TEST_F(GrpcTransportTest, TellsARefusalFromAFailureToTryAgain) {
  Start();
  server_.Script({{.code = 8, .message = "server busy"},
                  {.code = 2, .message = "no space left"},
                  {.code = 3, .message = "bad batch"}});

  EXPECT_THAT(Send(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("server busy")));
  EXPECT_THAT(Send(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no space left")));
  EXPECT_THAT(Send(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("bad batch")));
}

TEST_F(GrpcTransportTest, KnowsARequestThatIsTooLarge) {
  Start();
  server_.Script({{.code = 8, .message = "grpc: received message larger than max (5 vs. 4)"}});

  EXPECT_TRUE(Begin(BatchOf(RequestOf("shop"))).get().too_large);
}

TEST_F(GrpcTransportTest, IsRetryableWhenNobodyAnswers) {
  Start();
  server_.Stop();

  EXPECT_TRUE(IsRetryable(Send()));
}

TEST_F(GrpcTransportTest, CancelsWhatIsUnderWayOnShutdown) {
  Start();
  server_.Script({{.never = true}});
  std::future<sending::SendResult> result = Begin(BatchOf(RequestOf("shop")));
  ASSERT_TRUE(server_.WaitForRequests(1));

  EXPECT_THAT(transport_->Shutdown(), IsOk());

  EXPECT_THAT(result.get().status, StatusIs(absl::StatusCode::kCancelled, testing::_));
}

TEST(JaegerTransportTest, IsOfTheProtocolThatTheConfigurationAsksFor) {
  net::EventLoop http_loop("test", 1);
  const SystemClock clock;
  rpc::GrpcLoop grpc_loop(clock);
  const auto make = [&](const std::string& endpoint) {
    Config config;
    config.endpoint = endpoint;
    return MakeTransport(config, http_loop, grpc_loop, TestBudget(), clock);
  };

  const auto thrift = make("http://jaeger:14268/api/traces");
  const auto grpc = make("jaeger:14250");

  EXPECT_NE(dynamic_cast<ThriftTransport*>(thrift.get()), nullptr);
  EXPECT_NE(dynamic_cast<GrpcTransport*>(grpc.get()), nullptr);
}

// The scheme of an endpoint decides on TLS, as for every gRPC exporter.
TEST(JaegerGrpcConfigTest, KeepsTheSchemeOfTheEndpoint) {
  const auto endpoint_of = [](const std::string& endpoint) {
    Config config;
    config.endpoint = endpoint;
    config.protocol = Protocol::kGrpc;
    return ClientConfig(config, config.Resolve().value()).endpoint;
  };

  EXPECT_EQ(endpoint_of("jaeger"), "jaeger:14250");
  EXPECT_EQ(endpoint_of("[::1]:14250"), "[::1]:14250");
  EXPECT_EQ(endpoint_of("http://jaeger:14250"), "http://jaeger:14250");
  EXPECT_EQ(endpoint_of("https://jaeger"), "https://jaeger:14250");
  EXPECT_EQ(endpoint_of("unix:/run/jaeger.sock"), "unix:/run/jaeger.sock");
}

}  // namespace
}  // namespace spanhold::jaeger
