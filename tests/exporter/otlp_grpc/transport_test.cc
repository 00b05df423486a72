#include "src/exporter/otlp_grpc/transport.h"

#include <cstdio>
#include <fstream>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include "tests/net/test_certificates.h"
#include "tests/support/fake_otlp_server.h"
#include "tests/support/make_batch.h"
#include "tests/support/status_is.h"

namespace spanhold::otlp_grpc {
namespace {

using sending::SendResult;
using ::testing::HasSubstr;

class OtlpGrpcTransportTest : public ::testing::Test {
 protected:
  OtlpGrpcTransportTest() { loop_.Start(); }
  ~OtlpGrpcTransportTest() override {
    if (transport_) {
      EXPECT_THAT(transport_->Shutdown(), IsOk());
    }
    loop_.Stop();
  }

  void Serve(FakeOtlpServer::Options options = {}) {
    server_.emplace(std::move(options));
    config_.client.endpoint = server_->endpoint();
    config_.client.tls.insecure = true;
  }
  Status Start() {
    transport_.emplace(config_, loop_, budget_);
    return transport_->Start();
  }
  SendResult Send(const otlp::TraceBatch& batch) {
    auto promise = std::make_shared<std::promise<SendResult>>();
    transport_->Send(batch, SystemClock().Now() + std::chrono::seconds(30),
                     [promise](SendResult result) { promise->set_value(std::move(result)); });
    return promise->get_future().get();
  }
  otlp::TraceBatch Batch(size_t spans = 3) { return MakeBatch(NumberedSpans(spans), observer_); }

  RecordingObserver observer_;
  MemoryBudget budget_{uint64_t{1} << 30U};
  std::optional<FakeOtlpServer> server_;
  const SystemClock clock_;
  rpc::GrpcLoop loop_{clock_};
  Config config_;
  std::optional<OtlpGrpcTransport> transport_;
};

TEST_F(OtlpGrpcTransportTest, SendsABatchAsOneRequest) {
  Serve();
  ASSERT_THAT(Start(), IsOk());

  const SendResult result = Send(Batch(100));

  EXPECT_THAT(result.status, IsOk());
  EXPECT_EQ(result.rejected_spans, 0U);
  ASSERT_EQ(server_->requests().size(), 1U);
  const FakeOtlpServer::Request request = server_->requests()[0];
  EXPECT_EQ(request.method, "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
  EXPECT_TRUE(request.gzip);
  EXPECT_EQ(request.message, MakeRequest(NumberedSpans(100)));
}

TEST_F(OtlpGrpcTransportTest, SendsUncompressedIfToldSo) {
  Serve();
  config_.client.compression = "none";
  ASSERT_THAT(Start(), IsOk());

  EXPECT_THAT(Send(Batch()).status, IsOk());

  EXPECT_FALSE(server_->requests()[0].gzip);
  EXPECT_EQ(server_->requests()[0].message, MakeRequest(NumberedSpans(3)));
}

TEST_F(OtlpGrpcTransportTest, ReportsPartialSuccess) {
  Serve();
  ASSERT_THAT(Start(), IsOk());
  opentelemetry::proto::collector::trace::v1::ExportTraceServiceResponse response;
  response.mutable_partial_success()->set_rejected_spans(2);
  response.mutable_partial_success()->set_error_message("too old");
  server_->Script({{.body = response.SerializeAsString()}});

  const SendResult result = Send(Batch());

  EXPECT_THAT(result.status, IsOk());
  EXPECT_EQ(result.rejected_spans, 2U);
  EXPECT_EQ(result.message, "too old");
}

TEST_F(OtlpGrpcTransportTest, RetriesWhatTheSpecificationSays) {
  Serve();
  ASSERT_THAT(Start(), IsOk());
  const std::string delay = "\x0a\x02\x08\x02";
  const std::vector<std::pair<int, bool>> table = {
      {1, true},   {2, false}, {3, false}, {4, true},  {5, false}, {6, false},
      {7, false},  {8, false}, {9, false}, {10, true}, {11, true}, {12, false},
      {13, false}, {14, true}, {15, true}, {16, false}};
  for (const auto& [code, retryable] : table) {
    server_->Script({{.code = code, .message = "no"}});
    const SendResult result = Send(Batch());

    EXPECT_EQ(static_cast<int>(result.status.code()), code);
    EXPECT_EQ(IsRetryable(result.status), retryable) << code;
  }

  server_->Script({{.code = 8, .trailers = {{"google.rpc.retryinfo-bin", delay}}}});
  EXPECT_TRUE(IsRetryable(Send(Batch()).status));
}

TEST_F(OtlpGrpcTransportTest, IsThereAgainWhenTheServerIs) {
  Serve();
  config_.client.wait_for_ready = true;
  ASSERT_THAT(Start(), IsOk());
  ASSERT_THAT(Send(Batch()).status, IsOk());
  server_->Stop();
  const FakeOtlpServer back({.address = server_->endpoint()});

  // A call may still meet the connection that is going away; that is one to send again.
  Status status = Send(Batch()).status;
  while (IsRetryable(status)) {
    status = Send(Batch()).status;
  }

  EXPECT_THAT(status, IsOk());
}

TEST_F(OtlpGrpcTransportTest, StartsWithoutABackend) {
  Serve();
  server_->Stop();

  ASSERT_THAT(Start(), IsOk());

  const SendResult result = Send(Batch());
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("onnect")));
  EXPECT_TRUE(IsRetryable(result.status));
}

class OtlpGrpcTlsTest : public OtlpGrpcTransportTest {
 protected:
  void ServeTls(const std::string& client_authorities = "") {
    Serve({.certificate_pem = certificate_.certificate,
           .key_pem = certificate_.key,
           .client_authorities_pem = client_authorities});
    config_.client.tls.insecure = false;
  }

  const net::TestCertificate authority_ = net::MakeTestAuthority();
  const net::TestCertificate certificate_ = net::MakeTestCertificate("backend.test", authority_);
};

TEST_F(OtlpGrpcTlsTest, TrustsTheAuthorityOfTheConfiguration) {
  ServeTls();
  config_.client.tls.ca_pem = authority_.certificate;
  ASSERT_THAT(Start(), IsOk());

  EXPECT_THAT(Send(Batch()).status, IsOk());
}

TEST_F(OtlpGrpcTlsTest, ReadsTheAuthorityFromAFile) {
  ServeTls();
  const std::string file =
      testing::TempDir() + "transport_test_ca." + std::to_string(server_->port());
  std::ofstream(file) << authority_.certificate;
  config_.client.tls.ca_file = file;
  ASSERT_THAT(Start(), IsOk());

  EXPECT_THAT(Send(Batch()).status, IsOk());
  std::remove(file.c_str());
}

TEST_F(OtlpGrpcTlsTest, DoesNotTrustAnotherAuthority) {
  ServeTls();
  config_.client.tls.ca_pem = net::MakeTestAuthority().certificate;
  ASSERT_THAT(Start(), IsOk());

  EXPECT_THAT(Send(Batch()).status, StatusIs(absl::StatusCode::kUnavailable, testing::_));
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(OtlpGrpcTlsTest, ExpectsTheNameOfTheConfiguration) {
  ServeTls();
  config_.client.tls.ca_pem = authority_.certificate;
  config_.client.tls.server_name_override = "backend.test";
  ASSERT_THAT(Start(), IsOk());
  EXPECT_THAT(Send(Batch()).status, IsOk());
  ASSERT_THAT(transport_->Shutdown(), IsOk());

  config_.client.tls.server_name_override = "other.test";
  ASSERT_THAT(Start(), IsOk());
  EXPECT_THAT(Send(Batch()).status, StatusIs(absl::StatusCode::kUnavailable, testing::_));
}

TEST_F(OtlpGrpcTlsTest, AcceptsAnyCertificateIfToldSo) {
  ServeTls();
  config_.client.tls.insecure_skip_verify = true;
  ASSERT_THAT(Start(), IsOk());

  EXPECT_THAT(Send(Batch()).status, IsOk());
}

TEST_F(OtlpGrpcTlsTest, ShowsItsOwnCertificate) {
  ServeTls(authority_.certificate);
  const net::TestCertificate own = net::MakeTestCertificate("client.test", authority_);
  for (const bool skip_verify : {false, true}) {
    config_.client.tls.ca_pem = skip_verify ? "" : authority_.certificate;
    config_.client.tls.insecure_skip_verify = skip_verify;
    config_.client.tls.cert_pem = own.certificate;
    config_.client.tls.key_pem = own.key;
    ASSERT_THAT(Start(), IsOk());

    EXPECT_THAT(Send(Batch()).status, IsOk()) << skip_verify;
    ASSERT_THAT(transport_->Shutdown(), IsOk());
  }
}

TEST_F(OtlpGrpcTlsTest, DoesNotStartWithCertificatesThatCannotBeRead) {
  ServeTls();
  config_.client.tls.ca_file = "/nonexistent/ca.pem";
  EXPECT_THAT(Start(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("ca.pem")));

  config_.client.tls.ca_file.clear();
  config_.client.tls.ca_pem = "no certificate";
  EXPECT_THAT(Start(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("ca_pem")));
}

}  // namespace
}  // namespace spanhold::otlp_grpc
