#include "src/exporter/otlp_http/transport.h"

#include <future>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/otlp/encode.h"
#include "src/otlp/json_encode.h"
#include "tests/net/scripted_http_server.h"
#include "tests/support/make_batch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_is.h"

namespace spanhold::otlp_http {
namespace {

using net::Answer;
using net::ScriptedHttpServer;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto kPatience = std::chrono::seconds(20);

class OtlpHttpTransportTest : public testing::Test {
 protected:
  OtlpHttpTransportTest() { loop_.Start(); }
  ~OtlpHttpTransportTest() override {
    if (transport_) {
      EXPECT_THAT(transport_->Shutdown(), IsOk());
    }
    loop_.Stop();
  }

  sending::SendResult Send(const ScriptedHttpServer& server) {
    config_.endpoint = server.endpoint().scheme + "://" + server.endpoint().Authority();
    transport_ = std::make_unique<Transport>(
        config_, Transport::Parts{TestBudget(), clock_, loop_, "Spanhold/1.2.3"});
    EXPECT_THAT(transport_->Start(), IsOk());
    return SendAgain();
  }
  sending::SendResult SendAgain() {
    std::promise<sending::SendResult> result;
    transport_->Send(batch_, SystemClock().Now() + kPatience,
                     [&](sending::SendResult r) { result.set_value(std::move(r)); });
    return result.get_future().get();
  }

  static std::string BodyOf(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
  }

  ManualClock clock_;
  net::EventLoop loop_{"test-export", 1};
  Config config_;
  std::unique_ptr<Transport> transport_;
  RecordingObserver observer_;
  const otlp::TraceBatch batch_ = MakeBatch(NumberedSpans(100), observer_);
};

TEST_F(OtlpHttpTransportTest, PostsTheEncodedBatch) {
  config_.compression = compress::Encoding::kIdentity;
  const ScriptedHttpServer server([](const std::string&, size_t) { return Answer(200); });

  EXPECT_THAT(Send(server).status, IsOk());

  const std::string request = server.requests().at(0);
  EXPECT_THAT(request, AllOf(StartsWith("POST /v1/traces HTTP/1.1\r\n"),
                             HasSubstr("\r\nContent-Type: application/x-protobuf\r\n"),
                             HasSubstr("\r\nUser-Agent: Spanhold/1.2.3\r\n"),
                             Not(HasSubstr("Content-Encoding"))));
  EXPECT_EQ(BodyOf(request), otlp::Encode(batch_, TestBudget()).view());
}

TEST_F(OtlpHttpTransportTest, PostsJson) {
  config_.compression = compress::Encoding::kIdentity;
  config_.encoding = Config::Format::kJson;
  const ScriptedHttpServer server([](const std::string&, size_t) { return Answer(200); });

  EXPECT_THAT(Send(server).status, IsOk());

  const std::string request = server.requests().at(0);
  EXPECT_THAT(request, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_EQ(BodyOf(request), otlp::EncodeJson(batch_, TestBudget()).view());
}

TEST_F(OtlpHttpTransportTest, CompressesAsConfigured) {
  const std::pair<compress::Encoding, const char*> cases[] = {
      {compress::Encoding::kGzip, "gzip"},
      {compress::Encoding::kZlib, "deflate"},
      {compress::Encoding::kZstd, "zstd"}};
  for (const auto& [encoding, name] : cases) {
    config_.compression = encoding;
    const ScriptedHttpServer server([](const std::string&, size_t) { return Answer(200); });
    EXPECT_THAT(Send(server).status, IsOk());
    EXPECT_THAT(transport_->Shutdown(), IsOk());

    const std::string request = server.requests().at(0);
    EXPECT_THAT(request, HasSubstr(std::string("\r\nContent-Encoding: ") + name + "\r\n"));
    const auto plain = compress::Decompress(encoding, BodyOf(request), 1 << 20, TestBudget());
    ASSERT_THAT(plain, IsOk());
    EXPECT_EQ(plain->view(), otlp::Encode(batch_, TestBudget()).view());
  }
}

TEST_F(OtlpHttpTransportTest, SendsConfiguredHeaders) {
  config_.headers = {{"authorization", "Bearer x"}, {"user-agent", "mine"}};
  const ScriptedHttpServer server([](const std::string&, size_t) { return Answer(200); });

  Send(server);

  EXPECT_THAT(server.requests().at(0),
              AllOf(HasSubstr("\r\nauthorization: Bearer x\r\n"),
                    HasSubstr("\r\nuser-agent: mine\r\n"), Not(HasSubstr("Spanhold"))));
}

TEST_F(OtlpHttpTransportTest, ReturnsWhatTheBackendSays) {
  const ScriptedHttpServer server([](const std::string&, size_t index) {
    return index == 0 ? Answer(503, "busy", "Retry-After: 3\r\nContent-Type: text/plain\r\n")
                      : Answer(200, "\x0a\x02\x08\x05", "Content-Type: application/x-protobuf\r\n");
  });

  const sending::SendResult first = Send(server);
  const sending::SendResult second = SendAgain();

  EXPECT_THAT(first.status, StatusIs(absl::StatusCode::kUnavailable, "HTTP 503: busy"));
  EXPECT_EQ(RetryAfter(first.status), std::chrono::seconds(3));
  EXPECT_THAT(second.status, IsOk());
  EXPECT_EQ(second.rejected_spans, 5U);
}

TEST_F(OtlpHttpTransportTest, ACertificateThatCannotBeReadIsAnErrorOfStart) {
  config_.endpoint = "https://backend";
  config_.tls.ca_file = "/no/such/file";
  Transport transport(config_, {TestBudget(), clock_, loop_, "Spanhold/1.2.3"});

  EXPECT_THAT(transport.Start(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("/no/such/file")));
  EXPECT_THAT(transport.Shutdown(), IsOk());
}

}  // namespace
}  // namespace spanhold::otlp_http
