#include "src/exporter/otlp_grpc/transport.h"

#include <future>
#include <memory>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include "src/core/clock.h"
#include "tests/support/fake_otlp_server.h"
#include "tests/support/make_batch.h"
#include "tests/support/status_is.h"

namespace spanhold::otlp_grpc {
namespace {

using opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest;
using opentelemetry::proto::collector::trace::v1::ExportTraceServiceResponse;
using testing::HasSubstr;

class OtlpGrpcTransportTest : public testing::Test {
 protected:
  OtlpGrpcTransportTest() { loop_.Start(); }
  ~OtlpGrpcTransportTest() override {
    EXPECT_THAT(transport_->Shutdown(), IsOk());
    loop_.Stop();
  }

  void Start(const std::string& compression = "gzip") {
    Config config;
    config.client.endpoint = server_.endpoint();
    config.client.tls.insecure = true;
    config.client.compression = compression;
    transport_ = std::make_unique<OtlpGrpcTransport>(config, loop_, budget_);
    ASSERT_THAT(transport_->Start(), IsOk());
  }

  sending::SendResult Send(const otlp::TraceBatch& batch) {
    std::promise<sending::SendResult> promise;
    transport_->Send(
        batch, SystemClock().Now() + std::chrono::seconds(30),
        [&](sending::SendResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  sending::SendResult SendSpans(size_t spans) {
    const otlp::TraceBatch batch = MakeBatch(NumberedSpans(spans), observer_, 0);
    return Send(batch);
  }

  MemoryBudget budget_{uint64_t{1} << 30U};
  RecordingObserver observer_;
  FakeOtlpServer server_;
  sending::GrpcClientLoop loop_;
  std::unique_ptr<OtlpGrpcTransport> transport_;
};

TEST_F(OtlpGrpcTransportTest, SendsABatchAsOneExportRequest) {
  Start();

  EXPECT_THAT(SendSpans(3).status, IsOk());

  ASSERT_EQ(server_.requests().size(), 1U);
  EXPECT_EQ(server_.requests()[0].method,
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
  EXPECT_TRUE(server_.requests()[0].gzip);
  ExportTraceServiceRequest request;
  ASSERT_TRUE(request.ParseFromString(server_.requests()[0].message));
  EXPECT_EQ(request.resource_spans(0).scope_spans(0).spans_size(), 3);
  EXPECT_EQ(request.resource_spans(0).scope_spans(0).spans(2).name(), "span-2");
}

TEST_F(OtlpGrpcTransportTest, SendsUncompressedWhenToldSo) {
  Start("none");

  EXPECT_THAT(SendSpans(1).status, IsOk());

  EXPECT_FALSE(server_.requests()[0].gzip);
}

TEST_F(OtlpGrpcTransportTest, ReportsWhatAPartialSuccessRejected) {
  Start();
  ExportTraceServiceResponse response;
  response.mutable_partial_success()->set_rejected_spans(2);
  response.mutable_partial_success()->set_error_message("too old");
  server_.Script({{.body = response.SerializeAsString()}});

  const sending::SendResult result = SendSpans(3);

  EXPECT_THAT(result.status, IsOk());
  EXPECT_EQ(result.rejected_spans, 2U);
  EXPECT_EQ(result.message, "too old");
}

TEST_F(OtlpGrpcTransportTest, HandsOnTheBackendsError) {
  Start();
  server_.Script({{.code = 3, .message = "bad span"}, {.code = 14, .message = "busy"}});

  const sending::SendResult refused = SendSpans(1);
  const sending::SendResult busy = SendSpans(1);

  EXPECT_THAT(refused.status,
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("bad span")));
  EXPECT_FALSE(IsRetryable(refused.status));
  EXPECT_TRUE(IsRetryable(busy.status));
}

TEST_F(OtlpGrpcTransportTest, ABackendThatIsGoneIsToBeTriedAgain) {
  Start();
  server_.Stop();

  EXPECT_TRUE(IsRetryable(SendSpans(1).status));
}

TEST(OtlpGrpcResultTest, AResponseThatCannotBeReadIsASuccess) {
  EXPECT_THAT(ResultOf(std::string("\xff\xff")).status, IsOk());
}

TEST(OtlpGrpcResultTest, AWarningRejectsNothing) {
  ExportTraceServiceResponse response;
  response.mutable_partial_success()->set_error_message("slow down");

  const sending::SendResult result = ResultOf(response.SerializeAsString());

  EXPECT_EQ(result.rejected_spans, 0U);
  EXPECT_EQ(result.message, "slow down");
}

}  // namespace
}  // namespace spanhold::otlp_grpc
