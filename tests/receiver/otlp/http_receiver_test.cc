#include "src/receiver/otlp/http_receiver.h"

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/compress/compress.h"
#include "src/core/mutex.h"
#include "tests/net/socket_client.h"
#include "tests/support/captured_log.h"
#include "tests/support/make_batch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_is.h"

namespace spanhold::otlp_receiver {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kProtobuf[] = "application/x-protobuf";
constexpr char kJson[] = "application/json";

// Keeps what it gets; answers as told, at once or by Answer().
class FakeAdmission final : public Admission {
 public:
  void Admit(otlp::ChunkPtr chunk, ReceiverAccount& account, Done done) override {
    Status status;
    {
      const MutexLock lock(mutex_);
      spans_ += chunk->spans.size();
      if (hold_) {
        held_ = std::move(done);
        changed_.NotifyAll();
        return;
      }
      status = answer_;
    }
    if (status.ok()) {
      account.Accepted(chunk->spans.size());
    } else {
      account.Refused(chunk->spans.size());
    }
    done(status);
  }

  void AnswerWith(const Status& status) {
    const MutexLock lock(mutex_);
    answer_ = status;
  }
  void Hold() {
    const MutexLock lock(mutex_);
    hold_ = true;
  }
  // Takes the answer that was held; there must come one.
  Done TakeHeld() {
    const MutexLock lock(mutex_);
    while (!held_) {
      changed_.Wait(mutex_);
    }
    return std::exchange(held_, nullptr);
  }
  size_t spans() {
    const MutexLock lock(mutex_);
    return spans_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool hold_ SPANHOLD_GUARDED_BY(mutex_) = false;
  Done held_ SPANHOLD_GUARDED_BY(mutex_);
  Status answer_ SPANHOLD_GUARDED_BY(mutex_);
  size_t spans_ SPANHOLD_GUARDED_BY(mutex_) = 0;
};

class HttpReceiverTest : public testing::Test {
 protected:
  HttpReceiverTest() { config_.endpoint = "127.0.0.1:0"; }
  ~HttpReceiverTest() override {
    if (receiver_) {
      EXPECT_THAT(receiver_->Shutdown(SystemClock().Now()), IsOk());
    }
    loop_.Stop();
  }

  net::SocketClient& client() {
    if (!client_) {
      receiver_ = std::make_unique<HttpReceiver>(
          config_,
          HttpReceiver::Parts{admission_, account_, budget_, telemetry_, clock_, random_, loop_});
      EXPECT_THAT(receiver_->Start(), IsOk());
      loop_.Start();
      client_ = std::make_unique<net::SocketClient>(receiver_->bound_endpoint());
    }
    return *client_;
  }

  std::string Send(const std::string& method, const std::string& path, const std::string& type,
                   const std::string& body, const std::string& headers = "") {
    client().Write(method + " " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: " + type +
                   "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
                   "\r\n" + body);
    return client().ReadResponse();
  }
  std::string Post(const std::string& type, const std::string& body,
                   const std::string& headers = "") {
    return Send("POST", "/v1/traces", type, body, headers);
  }
  std::string Compressed(compress::Encoding encoding, const std::string& content) {
    return std::string(compress::Compress(encoding, content, budget_).view());
  }
  uint64_t Unsupported(const std::string& signal) {
    return telemetry_
        .AddCounter("spanhold_receiver_unsupported_requests", "",
                    {{"receiver", "otlp"}, {"transport", "http"}, {"signal", signal}})
        .count();
  }

  HttpConfig config_;
  ManualClock clock_;
  Random random_{1};
  Telemetry telemetry_;
  ReceiverAccount account_{"otlp", "http", telemetry_};
  MemoryBudget budget_{64 << 20};
  FakeAdmission admission_;
  net::EventLoop loop_{"test-http", 2};
  std::unique_ptr<HttpReceiver> receiver_;
  std::unique_ptr<net::SocketClient> client_;
  const std::string request_ = MakeRequest(NumberedSpans(3));
  const std::string json_ =
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a"},{"name":"b"}]}]}]})";
};

TEST_F(HttpReceiverTest, TakesProtobufAndAnswersTheEmptyMessage) {
  EXPECT_THAT(Post(kProtobuf, request_),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                    HasSubstr("\r\nContent-Type: application/x-protobuf\r\n"),
                    HasSubstr("\r\nContent-Length: 0\r\n")));
  EXPECT_EQ(admission_.spans(), 3U);
  EXPECT_EQ(account_.accepted_requests(), 1U);
}

TEST_F(HttpReceiverTest, TakesJsonAndAnswersJson) {
  EXPECT_THAT(Post("application/json; charset=utf-8", json_),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                    HasSubstr("\r\nContent-Type: application/json\r\n"), EndsWith("\r\n\r\n{}")));
  EXPECT_EQ(admission_.spans(), 2U);
}

TEST_F(HttpReceiverTest, TakesTracesOnTheRootPathToo) {
  EXPECT_THAT(Send("POST", "/", kProtobuf, request_), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(admission_.spans(), 3U);
  EXPECT_THAT(Send("POST", "/", "text/plain", "x"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Send("GET", "/", "", ""), StartsWith("HTTP/1.1 404 "));
}

TEST_F(HttpReceiverTest, TakesTracesOnAConfiguredPath) {
  config_.traces_url_path = "/otlp/traces";

  EXPECT_THAT(Send("POST", "/otlp/traces?tenant=a", kProtobuf, request_),
              StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Post(kProtobuf, request_), StartsWith("HTTP/1.1 404 "));
}

TEST_F(HttpReceiverTest, AnEmptyRequestIsOk) {
  EXPECT_THAT(Post(kProtobuf, ""), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpReceiverTest, InflatesEveryEncoding) {
  const std::pair<const char*, compress::Encoding> cases[] = {
      {"gzip", compress::Encoding::kGzip},
      {"deflate", compress::Encoding::kZlib},
      {"zlib", compress::Encoding::kZlib},
      {"zstd", compress::Encoding::kZstd}};
  for (const auto& [name, encoding] : cases) {
    EXPECT_THAT(Post(kProtobuf, Compressed(encoding, request_),
                     std::string("Content-Encoding: ") + name + "\r\n"),
                StartsWith("HTTP/1.1 200 OK\r\n"))
        << name;
    EXPECT_THAT(
        Post(kJson, Compressed(encoding, json_), std::string("Content-Encoding: ") + name + "\r\n"),
        StartsWith("HTTP/1.1 200 OK\r\n"))
        << name;
  }
  EXPECT_THAT(Post(kProtobuf, request_, "Content-Encoding: identity\r\n"),
              StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpReceiverTest, TakesAChunkedGzipBodyAsNodeAndJavaSendIt) {
  const std::string gzip = Compressed(compress::Encoding::kGzip, request_);
  std::string chunks;
  for (const char c : gzip) {
    chunks += "1\r\n" + std::string(1, c) + "\r\n";
  }
  client().Write(
      "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n"
      "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" +
      chunks + "0\r\n\r\n");

  EXPECT_THAT(client().ReadResponse(), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(admission_.spans(), 3U);
}

TEST_F(HttpReceiverTest, RefusesAnUnknownEncodingBeforeTheBody) {
  EXPECT_THAT(Post(kJson, "x", "Content-Encoding: snappy\r\n"),
              AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("application/json"),
                    HasSubstr(R"({"code":3,"message":"unsupported Content-Encoding \"snappy\")")));
  EXPECT_EQ(account_.rejected_requests(), 1U);
}

TEST_F(HttpReceiverTest, TakesOnlyTheConfiguredEncodings) {
  config_.compression_algorithms = {"gzip"};

  EXPECT_THAT(Post(kProtobuf, request_), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Post(kProtobuf, Compressed(compress::Encoding::kGzip, request_),
                   "Content-Encoding: gzip\r\n"),
              StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpReceiverTest, RefusesAMalformedRequestAndSaysWhere) {
  const CapturedLog log;
  EXPECT_THAT(Post(kProtobuf, "\x0a\xff"),
              AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("application/x-protobuf"),
                    HasSubstr("resource_spans[0]")));
  EXPECT_THAT(Post(kJson, "{"), AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("{\"code\":3")));
  EXPECT_THAT(Post(kProtobuf, "no gzip", "Content-Encoding: gzip\r\n"),
              StartsWith("HTTP/1.1 400 "));

  EXPECT_EQ(account_.rejected_requests(), 3U);
  EXPECT_EQ(admission_.spans(), 0U);
}

TEST_F(HttpReceiverTest, StopsADecompressionBomb) {
  config_.max_request_body_size = 1 << 20;
  const std::string bomb = Compressed(compress::Encoding::kGzip, std::string(20 << 20, '\0'));
  ASSERT_LT(bomb.size(), 1U << 20U);

  EXPECT_THAT(Post(kProtobuf, bomb, "Content-Encoding: gzip\r\n"), StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(account_.rejected_requests(), 1U);
}

TEST_F(HttpReceiverTest, ATooLargeRequestGetsAStatusInItsFormat) {
  config_.max_request_body_size = 1000;

  EXPECT_THAT(
      Post(kJson, std::string(1001, 'x')),
      AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("{\"code\":8,"), Not(HasSubstr("Retry-After"))));
  EXPECT_EQ(account_.rejected_requests(), 1U);
}

TEST_F(HttpReceiverTest, WithoutRoomTheClientIsToldWhenToComeBack) {
  admission_.AnswerWith(
      WithRetryAfter(absl::UnavailableError("queue full"), std::chrono::milliseconds(200)));

  EXPECT_THAT(Post(kJson, json_),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("\r\nRetry-After: 1\r\n"),
                    HasSubstr(R"({"code":14,"message":"queue full"})")));
}

TEST_F(HttpReceiverTest, WithoutMemoryTheRequestIsRefusedAndCounted) {
  client();
  const Reservation all = budget_.Reserve(64 << 20);

  EXPECT_THAT(Post(kProtobuf, request_),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("\r\nRetry-After: ")));
  EXPECT_EQ(account_.refused_requests(), 1U);
}

TEST_F(HttpReceiverTest, TakesNoRequestLargerThanHalfOfTheBudget) {
  EXPECT_THAT(Send("POST", "/v1/traces", kProtobuf, std::string((32 << 20) + 1, 'x')),
              AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("larger than 33554432 bytes")));
}

TEST_F(HttpReceiverTest, CountsARequestThatItsClientLeft) {
  client().Write("POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: " + std::string(kProtobuf) +
                 "\r\nContent-Length: 10\r\n\r\nhalf");
  client().Close();

  while (account_.aborted_requests() == 0) {
    std::this_thread::yield();
  }
  EXPECT_EQ(account_.aborted_requests(), 1U);
  EXPECT_EQ(account_.rejected_requests() + account_.refused_requests(), 0U);
}

TEST_F(HttpReceiverTest, RefusesOtherMethodsTypesAndPaths) {
  EXPECT_THAT(Send("GET", "/v1/traces", kJson, ""),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("\r\nAllow: POST\r\n"),
                    HasSubstr("text/plain")));
  EXPECT_THAT(Send("OPTIONS", "/v1/traces", "", ""), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Post("text/plain", "x"),
              AllOf(StartsWith("HTTP/1.1 415 "), HasSubstr("text/plain"),
                    HasSubstr("415 unsupported media type, supported: [application/json, "
                              "application/x-protobuf]")));
  EXPECT_THAT(Send("POST", "/api/traces", kJson, "{}"), StartsWith("HTTP/1.1 404 "));
  EXPECT_EQ(account_.rejected_requests(), 4U);
}

TEST_F(HttpReceiverTest, SaysOnceHowToStopMetricsAndLogs) {
  client();
  CapturedLog log;
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Send("POST", "/v1/metrics", kJson, "{}"),
                AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("set OTEL_METRICS_EXPORTER=none")));
  }
  EXPECT_THAT(Send("POST", "/v1/logs", kProtobuf, "x"), StartsWith("HTTP/1.1 404 "));

  const std::string lines = log.Take();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2) << lines;
  EXPECT_THAT(lines, AllOf(HasSubstr("setting=\"OTEL_METRICS_EXPORTER=none\""),
                           HasSubstr("peer=127.0.0.1:"), HasSubstr("OTEL_LOGS_EXPORTER=none")));
  EXPECT_EQ(Unsupported("metrics"), 3U);
  EXPECT_EQ(Unsupported("logs"), 1U);
  EXPECT_EQ(account_.rejected_requests(), 0U);
}

TEST_F(HttpReceiverTest, AnswersABrowsersPreflightAndItsErrors) {
  config_.cors.allowed_origins = {"https://*.example.com"};

  EXPECT_THAT(Send("OPTIONS", "/v1/traces", "", "",
                   "Origin: https://www.example.com\r\nAccess-Control-Request-Method: POST\r\n"
                   "Access-Control-Request-Headers: content-type\r\n"),
              AllOf(StartsWith("HTTP/1.1 204 "),
                    HasSubstr("\r\nAccess-Control-Allow-Origin: https://www.example.com\r\n")));
  for (const char* const body : {"{}", "{"}) {
    EXPECT_THAT(Post(kJson, body, "Origin: https://www.example.com\r\n"),
                HasSubstr("\r\nAccess-Control-Allow-Origin: https://www.example.com\r\n"));
  }
}

TEST_F(HttpReceiverTest, AnAnswerMayComeLaterFromAnotherThread) {
  admission_.Hold();
  auto response = std::async(std::launch::async, [this] { return Post(kProtobuf, request_); });

  admission_.TakeHeld()(absl::OkStatus());

  EXPECT_THAT(response.get(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpReceiverTest, AnAnswerAfterTheReceiverIsGoneDoesNoHarm) {
  admission_.Hold();
  client().Write(
      "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\n\r\n{}");
  auto answer = admission_.TakeHeld();
  EXPECT_THAT(receiver_->Shutdown(SystemClock().Now()), IsOk());
  receiver_.reset();

  answer(absl::UnavailableError("too late"));

  EXPECT_EQ(client().ReadToEnd(), "");
}

TEST_F(HttpReceiverTest, AGrpcClientOnThisPortIsToldAndLogged) {
  CapturedLog log;
  client().Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

  EXPECT_THAT(client().ReadToEnd(), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(log.Take(), HasSubstr("HTTP/2, as gRPC clients speak it, on a port for HTTP/1.1"));
  EXPECT_EQ(account_.rejected_requests(), 1U);
}

TEST_F(HttpReceiverTest, ATakenPortIsAnErrorOfStart) {
  client();
  HttpConfig config;
  config.endpoint = receiver_->bound_endpoint().Authority();
  HttpReceiver second(config, {admission_, account_, budget_, telemetry_, clock_, random_, loop_});

  EXPECT_THAT(second.Start(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       StartsWith("cannot listen on " + config.endpoint + ": address already")));
  EXPECT_THAT(second.Shutdown(SystemClock().Now()), IsOk());
}

}  // namespace
}  // namespace spanhold::otlp_receiver
