#include "src/exporter/jaeger/thrift_transport.h"

#include <future>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/jaeger/decoded.h"
#include "tests/exporter/jaeger/request_builder.h"
#include "tests/net/scripted_http_server.h"
#include "tests/support/status_is.h"

namespace spanhold::jaeger {
namespace {

using net::Answer;
using net::ScriptedHttpServer;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

constexpr auto kPatience = std::chrono::seconds(20);

OtlpRequest RequestOf(const std::string& service) {
  OtlpRequest request;
  auto& resource = *request.add_resource_spans();
  Attribute(*resource.mutable_resource(), "service.name").set_string_value(service);
  resource.add_scope_spans()->add_spans()->set_name("checkout");
  return request;
}

class ThriftTransportTest : public testing::Test {
 protected:
  ThriftTransportTest() { loop_.Start(); }
  ~ThriftTransportTest() override {
    if (transport_) {
      EXPECT_THAT(transport_->Shutdown(), IsOk());
    }
    loop_.Stop();
  }

  void Start(const ScriptedHttpServer& server) {
    config_.endpoint = "http://" + server.endpoint().Authority() + "/api/traces";
    transport_ = std::make_unique<ThriftTransport>(config_, config_.Resolve().value(), loop_,
                                                   TestBudget(), clock_);
    ASSERT_THAT(transport_->Start(), IsOk());
  }

  sending::SendResult Send(const otlp::TraceBatch& batch) {
    std::promise<sending::SendResult> result;
    transport_->Send(batch, SystemClock().Now() + kPatience,
                     [&](sending::SendResult r) { result.set_value(std::move(r)); });
    return result.get_future().get();
  }

  Config config_;
  const SystemClock clock_;
  net::EventLoop loop_{"test", 1};
  std::unique_ptr<ThriftTransport> transport_;
};

TEST_F(ThriftTransportTest, PostsTheBatchAsThrift) {
  const ScriptedHttpServer server([](const std::string&, size_t) { return Answer(202); });
  config_.headers = {{"X-Tenant", "a"}};
  Start(server);

  EXPECT_THAT(Send(BatchOf(RequestOf("shop"))).status, IsOk());

  ASSERT_THAT(server.requests(), SizeIs(1));
  const std::string request = server.requests()[0];
  EXPECT_THAT(request, StartsWith("POST /api/traces HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/x-thrift\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Tenant: a\r\n"));
  const DecodedBatch batch = DecodeThrift(request.substr(request.find("\r\n\r\n") + 4));
  EXPECT_EQ(batch.service, "shop");
  ASSERT_THAT(batch.spans, SizeIs(1));
  EXPECT_EQ(batch.spans[0].name, "checkout");
}

TEST_F(ThriftTransportTest, SplitsABatchByProcess) {
  const ScriptedHttpServer server([](const std::string&, size_t) { return Answer(202); });
  Start(server);
  otlp::TraceBatch batch = BatchOf(RequestOf("shop"));
  batch.Append(BatchOf(RequestOf("bank")));

  const std::vector<otlp::TraceBatch> requests = transport_->Split(batch);

  ASSERT_THAT(requests, SizeIs(2));
  for (const otlp::TraceBatch& request : requests) {
    EXPECT_THAT(Send(request).status, IsOk());
  }
  EXPECT_THAT(server.requests(), SizeIs(2));
}

TEST_F(ThriftTransportTest, RefusesABatchThatWasNotSplit) {
  const ScriptedHttpServer server([](const std::string&, size_t) { return Answer(202); });
  Start(server);
  otlp::TraceBatch batch = BatchOf(RequestOf("shop"));
  batch.Append(BatchOf(RequestOf("bank")));

  EXPECT_THAT(Send(batch).status, StatusIs(absl::StatusCode::kInternal, testing::_));

  EXPECT_THAT(server.requests(), SizeIs(0));
}

TEST_F(ThriftTransportTest, TellsARefusalFromAFailureToTryAgain) {
  const ScriptedHttpServer server([](const std::string&, size_t index) {
    return index == 0 ? Answer(500, "Cannot submit Jaeger batch: server busy\n")
                      : Answer(400, "Unable to process request body\n");
  });
  Start(server);

  EXPECT_THAT(Send(BatchOf(RequestOf("shop"))).status,
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("server busy")));
  EXPECT_THAT(Send(BatchOf(RequestOf("shop"))).status,
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("Unable to process")));
}

TEST_F(ThriftTransportTest, HonoursADelayAndKnowsARequestThatIsTooLarge) {
  const ScriptedHttpServer server([](const std::string&, size_t index) {
    return index == 0 ? Answer(503, "", "Retry-After: 7\r\n") : Answer(413);
  });
  Start(server);

  const sending::SendResult busy = Send(BatchOf(RequestOf("shop")));
  EXPECT_TRUE(IsRetryable(busy.status));
  EXPECT_EQ(RetryAfter(busy.status), std::chrono::seconds(7));
  EXPECT_TRUE(Send(BatchOf(RequestOf("shop"))).too_large);
}

TEST_F(ThriftTransportTest, IsRetryableWhenNobodyAnswers) {
  const ScriptedHttpServer server([](const std::string&, size_t) { return ""; });
  Start(server);

  EXPECT_TRUE(IsRetryable(Send(BatchOf(RequestOf("shop"))).status));
}

TEST_F(ThriftTransportTest, CancelsWhatIsUnderWayOnShutdown) {
  std::promise<void> arrived;
  const ScriptedHttpServer server([&](const std::string&, size_t) {
    arrived.set_value();
    return std::string(ScriptedHttpServer::kHang);
  });
  Start(server);
  std::promise<sending::SendResult> result;
  transport_->Send(BatchOf(RequestOf("shop")), SystemClock().Now() + kPatience,
                   [&](sending::SendResult r) { result.set_value(std::move(r)); });
  arrived.get_future().wait();

  EXPECT_THAT(transport_->Shutdown(), IsOk());

  EXPECT_THAT(result.get_future().get().status, StatusIs(absl::StatusCode::kCancelled, testing::_));
}

TEST_F(ThriftTransportTest, SaysThatACertificateCannotBeRead) {
  config_.endpoint = "https://localhost:1/api/traces";
  config_.tls.ca_file = "/no/such/ca.pem";
  transport_ = std::make_unique<ThriftTransport>(config_, config_.Resolve().value(), loop_,
                                                 TestBudget(), clock_);

  EXPECT_THAT(MessageOf(transport_->Start()), HasSubstr("/no/such/ca.pem"));
}

}  // namespace
}  // namespace spanhold::jaeger
