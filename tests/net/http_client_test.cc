#include "src/net/http_client.h"

#include <unistd.h>

#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/net/scripted_http_server.h"
#include "tests/support/status_is.h"

namespace spanhold::net {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kPatience = std::chrono::seconds(20);

std::string Ok(const std::string& /*request*/, size_t index) {
  return Answer(200, "answer " + std::to_string(index));
}

class HttpClientTest : public testing::Test {
 protected:
  HttpClientTest() { loop_.Start(); }
  ~HttpClientTest() override {
    if (client_) {
      client_->Shutdown();
    }
    loop_.Stop();
  }

  void Start(const ScriptedHttpServer& server) {
    options_.endpoint = server.endpoint();
    Start();
  }
  void Start() {
    client_ = std::make_unique<HttpClient>(options_, loop_);
    ASSERT_THAT(client_->Start(), IsOk());
  }

  std::future<StatusOr<HttpResponse>> Send(const std::string& body, Duration timeout = kPatience) {
    HttpRequest request;
    request.target = "/v1/traces";
    request.headers = {{"Content-Type", "text/plain"}};
    request.body = Rope(Bytes::Copy(body, budget_));
    auto promise = std::make_shared<std::promise<StatusOr<HttpResponse>>>();
    client_->Send(
        std::move(request), SystemClock().Now() + timeout,
        [promise](StatusOr<HttpResponse> answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }

  MemoryBudget budget_{64 << 20};
  EventLoop loop_{"test-client", 2};
  HttpClient::Options options_;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(HttpClientTest, SendsARequestAndReturnsTheAnswer) {
  const ScriptedHttpServer server(
      [](const std::string&, size_t) { return Answer(503, "later", "Retry-After: 7\r\n"); });
  Start(server);

  const auto answer = Send("hello").get();

  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->body, "later");
  EXPECT_EQ(answer->Header("retry-after"), "7");
  EXPECT_EQ(answer->Header("absent"), "");
  EXPECT_THAT(server.requests(),
              ElementsAre("POST /v1/traces HTTP/1.1\r\nHost: " + server.endpoint().Authority() +
                          "\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello"));
}

TEST_F(HttpClientTest, SendsABodyInPieces) {
  const ScriptedHttpServer server(&Ok);
  Start(server);
  HttpRequest request;
  for (const char* const piece : {"one ", "two ", "three"}) {
    request.body.Append(Bytes::Copy(piece, budget_));
  }
  std::promise<StatusOr<HttpResponse>> answer;
  client_->Send(std::move(request), SystemClock().Now() + kPatience,
                [&](StatusOr<HttpResponse> result) { answer.set_value(std::move(result)); });

  ASSERT_THAT(answer.get_future().get(), IsOk());
  EXPECT_THAT(server.requests()[0], testing::EndsWith("one two three"));
}

TEST_F(HttpClientTest, UsesAConnectionAgain) {
  const ScriptedHttpServer server(&Ok);
  Start(server);

  EXPECT_EQ(Send("a").get()->body, "answer 0");
  EXPECT_EQ(Send("b").get()->body, "answer 1");

  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpClientTest, ConnectsAnewWhenTheServerHasClosed) {
  const ScriptedHttpServer server([](const std::string&, size_t index) {
    return Answer(200, std::to_string(index), "Connection: close\r\n");
  });
  Start(server);

  EXPECT_EQ(Send("a").get()->body, "0");
  EXPECT_EQ(Send("b").get()->body, "1");

  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(HttpClientTest, SendsOnceMoreWhenAKeptConnectionBreaksBeforeAnAnswer) {
  const ScriptedHttpServer server([](const std::string&, size_t index) {
    return index == 1 ? "" : Answer(200, std::to_string(index));
  });
  Start(server);
  EXPECT_EQ(Send("a").get()->body, "0");

  EXPECT_EQ(Send("b").get()->body, "2");

  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(HttpClientTest, DoesNotSendAgainOnAFreshConnection) {
  const ScriptedHttpServer server([](const std::string&, size_t) { return ""; });
  Start(server);

  EXPECT_THAT(Send("a").get(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("closed before the answer")));
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(HttpClientTest, DoesNotSendAgainOnceAByteOfAnAnswerHasCome) {
  const ScriptedHttpServer server([](const std::string&, size_t index) {
    return index == 0 ? Answer(200) : "HTTP/1.1 200 OK\r\nConnection: close\r\n";
  });
  Start(server);
  ASSERT_THAT(Send("a").get(), IsOk());

  EXPECT_THAT(Send("b").get(), StatusIs(absl::StatusCode::kUnavailable, testing::_));
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(HttpClientTest, ClosesAConnectionThatWasIdleForTooLong) {
  options_.idle_timeout = Duration::zero();
  const ScriptedHttpServer server(&Ok);
  Start(server);

  // The server serves one connection at a time: the second one is accepted once the first is closed.
  EXPECT_THAT(Send("a").get(), IsOk());
  EXPECT_THAT(Send("b").get(), IsOk());
}

TEST_F(HttpClientTest, GivesUpAtTheDeadline) {
  const ScriptedHttpServer server(
      [](const std::string&, size_t) { return std::string(ScriptedHttpServer::kHang); });
  Start(server);

  EXPECT_THAT(Send("a", std::chrono::milliseconds(20)).get(),
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("no answer in time")));
}

TEST_F(HttpClientTest, SaysWhenNobodyListens) {
  {
    const ScriptedHttpServer gone(&Ok);
    options_.endpoint = gone.endpoint();
  }
  Start();

  EXPECT_THAT(Send("a").get(), StatusIs(absl::StatusCode::kUnavailable,
                                        AllOf(StartsWith(options_.endpoint.Authority()),
                                              HasSubstr("cannot connect"))));
}

TEST_F(HttpClientTest, SaysWhenANameDoesNotResolve) {
  options_.endpoint.scheme = "http";
  options_.endpoint.host = "no-such-host.invalid";
  Start();

  EXPECT_THAT(Send("a").get(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cannot resolve the name")));
}

TEST_F(HttpClientTest, RefusesAnAnswerThatIsTooLarge) {
  options_.max_response_body = 1000;
  const ScriptedHttpServer server(
      [](const std::string&, size_t) { return Answer(200, std::string(1001, 'x')); });
  Start(server);

  const auto answer = Send("a").get();

  EXPECT_THAT(answer, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("1000 bytes")));
  EXPECT_FALSE(IsRetryable(answer.status()));
}

TEST_F(HttpClientTest, SaysWhenTheAnswerIsNotHttp) {
  const ScriptedHttpServer server(
      [](const std::string&, size_t) { return "\r\nConnection: close\r\n nonsense \r\n\r\n"; });
  Start(server);

  EXPECT_THAT(Send("a").get(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("is not HTTP/1.1")));
}

TEST_F(HttpClientTest, AStatusCountsEvenIfTheBodyBreaksOff) {
  const ScriptedHttpServer server([](const std::string&, size_t index) {
    return index == 0
               ? std::string(
                     "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\nhalf")
               : Answer(200, "whole");
  });
  Start(server);

  const auto half = Send("a").get();
  const auto whole = Send("b").get();

  ASSERT_THAT(half, IsOk());
  EXPECT_EQ(half->status, 200);
  EXPECT_EQ(half->body, "half");
  EXPECT_TRUE(half->broke_off);
  ASSERT_THAT(whole, IsOk());
  EXPECT_EQ(whole->body, "whole");
  EXPECT_FALSE(whole->broke_off);
}

TEST_F(HttpClientTest, HeadersThatBreakOffAreNoAnswer) {
  const ScriptedHttpServer server([](const std::string&, size_t) {
    return std::string("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Le");
  });
  Start(server);

  EXPECT_THAT(Send("a").get(), StatusIs(absl::StatusCode::kUnavailable,
                                        HasSubstr("closed before the answer was complete")));
}

TEST_F(HttpClientTest, ReadsAChunkedAnswerAfterAnInterimOne) {
  const ScriptedHttpServer server([](const std::string&, size_t) {
    return "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           "3\r\nabc\r\n0\r\n\r\n";
  });
  Start(server);

  EXPECT_EQ(Send("a").get()->body, "abc");
}

TEST_F(HttpClientTest, ShutdownEndsWhatIsOpenAndWhatComesLater) {
  std::promise<void> asked;
  const ScriptedHttpServer server([&](const std::string&, size_t) {
    asked.set_value();
    return std::string(ScriptedHttpServer::kHang);
  });
  Start(server);
  auto open = Send("a");
  asked.get_future().wait();

  client_->Shutdown();

  ASSERT_EQ(open.wait_for(std::chrono::seconds(0)), std::future_status::ready);
  EXPECT_THAT(open.get(), StatusIs(absl::StatusCode::kCancelled, testing::_));
  EXPECT_THAT(Send("b").get(), StatusIs(absl::StatusCode::kCancelled, testing::_));
  client_->Shutdown();
}

TEST_F(HttpClientTest, ShutsDownWithoutStart) {
  HttpClient client(options_, loop_);
  client.Shutdown();
}

class HttpsClientTest : public HttpClientTest {
 protected:
  const TestCertificate authority_ = MakeTestAuthority();
  const TestCertificate own_ = MakeTestCertificate("collector.test", authority_);
};

TEST_F(HttpsClientTest, TalksTlsToAServerOfATrustedAuthority) {
  const ScriptedHttpServer server(&Ok, {own_, ""});
  options_.tls.ca_pem = authority_.certificate;
  Start(server);

  EXPECT_EQ(Send("a").get()->body, "answer 0");
  EXPECT_EQ(Send("b").get()->body, "answer 1");
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpsClientTest, ReadsTheAuthorityFromAFile) {
  const std::string file = testing::TempDir() + "ca." + std::to_string(getpid()) + ".pem";
  std::ofstream(file) << authority_.certificate;
  const ScriptedHttpServer server(&Ok, {own_, ""});
  options_.tls.ca_file = file;
  Start(server);

  EXPECT_THAT(Send("a").get(), IsOk());
  unlink(file.c_str());
}

TEST_F(HttpsClientTest, RefusesAnUnknownAuthorityAndSaysWhatToDo) {
  const ScriptedHttpServer server(&Ok, {own_, ""});
  Start(server);

  EXPECT_THAT(Send("a").get(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("set tls.ca_file")));
  EXPECT_THAT(server.requests(), testing::IsEmpty());
}

TEST_F(HttpsClientTest, RefusesACertificateOfAnotherName) {
  const ScriptedHttpServer server(&Ok, {own_, ""});
  options_.tls.ca_pem = authority_.certificate;
  options_.tls.server_name_override = "other.test";
  Start(server);

  EXPECT_THAT(Send("a").get(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("TLS")));
  EXPECT_THAT(server.requests(), testing::IsEmpty());
}

TEST_F(HttpsClientTest, AsksForTheOverriddenServerName) {
  const ScriptedHttpServer server(&Ok, {own_, ""});
  options_.tls.ca_pem = authority_.certificate;
  options_.tls.server_name_override = "collector.test";
  Start(server);

  EXPECT_THAT(Send("a").get(), IsOk());
  EXPECT_THAT(server.server_names(), ElementsAre("collector.test"));
}

TEST_F(HttpsClientTest, SkipsVerificationWhenToldTo) {
  const ScriptedHttpServer server(&Ok, {own_, ""});
  options_.tls.insecure_skip_verify = true;
  Start(server);

  EXPECT_THAT(Send("a").get(), IsOk());
}

TEST_F(HttpsClientTest, ShowsItsOwnCertificate) {
  const ScriptedHttpServer server(&Ok, {own_, authority_.certificate});
  const TestCertificate client = MakeTestCertificate("client.test", authority_);
  options_.tls.ca_pem = authority_.certificate;
  options_.tls.cert_pem = client.certificate;
  options_.tls.key_pem = client.key;
  Start(server);

  EXPECT_THAT(Send("a").get(), IsOk());
}

TEST_F(HttpsClientTest, FailsWithoutTheCertificateThatTheServerAsksFor) {
  const ScriptedHttpServer server(&Ok, {own_, authority_.certificate});
  options_.tls.ca_pem = authority_.certificate;
  Start(server);

  EXPECT_THAT(Send("a").get(), StatusIs(absl::StatusCode::kUnavailable, testing::_));
}

TEST_F(HttpsClientTest, SendsALargeBody) {
  const ScriptedHttpServer server(&Ok, {own_, ""});
  options_.tls.ca_pem = authority_.certificate;
  Start(server);

  ASSERT_THAT(Send(std::string(3'000'000, 'x')).get(), IsOk());
  EXPECT_EQ(server.requests()[0].size() > 3'000'000, true);
}

}  // namespace
}  // namespace spanhold::net
