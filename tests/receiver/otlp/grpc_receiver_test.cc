#include "src/receiver/otlp/grpc_receiver.h"

#include <unistd.h>

#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

#include "src/compress/compress.h"
#include "src/otlp/decode.h"
#include "tests/net/socket_client.h"
#include "tests/support/captured_log.h"
#include "tests/support/fake_admission.h"
#include "tests/support/grpc_test_client.h"
#include "tests/support/http2_frames.h"
#include "tests/support/make_batch.h"
#include "tests/support/status_is.h"

namespace spanhold::otlp_receiver {
namespace {

using ::testing::HasSubstr;
using Answer = GrpcTestClient::Answer;
using Compression = GrpcTestClient::Compression;

constexpr char kTraces[] = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
constexpr char kMetrics[] = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
constexpr char kLogs[] = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
constexpr char kHealth[] = "/grpc.health.v1.Health/Check";

constexpr int kOk = 0;
constexpr int kInvalidArgument = 3;
constexpr int kNotFound = 5;
constexpr int kResourceExhausted = 8;
constexpr int kUnimplemented = 12;
constexpr int kUnavailable = 14;

constexpr uint64_t kMiB = uint64_t{1} << 20U;

class GrpcReceiverTest : public ::testing::Test {
 protected:
  GrpcReceiverTest() { config_.endpoint = "127.0.0.1:0"; }
  ~GrpcReceiverTest() override {
    if (receiver_) {
      EXPECT_THAT(receiver_->Shutdown(clock_.Now()), IsOk());
    }
    client_.reset();
    grpc_loop_.Stop();
    loop_.Stop();
  }

  void Start() {
    loop_.Start();
    grpc_loop_.Start();
    receiver_ = std::make_unique<GrpcReceiver>(
        config_, GrpcReceiver::Parts{admission_, account_, budget_, telemetry_, clock_, random_,
                                     loop_, grpc_loop_});
    ASSERT_THAT(receiver_->Start(), IsOk());
    client_ = std::make_unique<GrpcTestClient>(Target());
  }
  std::string Target() const {
    const config::Endpoint& bound = receiver_->bound_endpoint();
    return bound.is_unix() ? bound.Authority() : "127.0.0.1:" + std::to_string(bound.port);
  }
  Answer Export(const std::string& message, Compression compression = Compression::kNone) {
    return client_->Call(kTraces, message, {.compression = compression});
  }
  std::string Compressed(compress::Encoding encoding, const std::string& content) {
    return std::string(compress::Compress(encoding, content, TestBudget()).view());
  }
  size_t SpansTaken() const {
    size_t spans = 0;
    for (const otlp::ChunkPtr& chunk : admission_.chunks()) {
      spans += chunk->spans.size();
    }
    return spans;
  }

  const SystemClock clock_;
  Random random_{1};
  Telemetry telemetry_;
  MemoryBudget budget_{256 * kMiB};
  FakeAdmission admission_;
  ReceiverAccount account_{"otlp", "grpc", telemetry_};
  net::EventLoop loop_{"test", 1};
  rpc::GrpcLoop grpc_loop_{clock_};
  GrpcConfig config_;
  std::unique_ptr<GrpcReceiver> receiver_;
  std::unique_ptr<GrpcTestClient> client_;
};

TEST_F(GrpcReceiverTest, TakesARequestAndAnswersWithAnEmptyMessage) {
  Start();
  const std::string request = MakeRequest(NumberedSpans(3));
  const Answer answer = Export(request);

  EXPECT_EQ(answer.code, kOk);
  // A message of zero bytes, not trailers alone.
  EXPECT_TRUE(answer.has_message);
  EXPECT_EQ(answer.message, "");
  ASSERT_EQ(admission_.chunks().size(), 1U);
  EXPECT_EQ(admission_.chunks()[0]->bytes.view(), request);
  EXPECT_EQ(account_.accepted_spans(), 3U);
}

TEST_F(GrpcReceiverTest, TakesARequestWithoutSpans) {
  Start();

  EXPECT_EQ(Export("").code, kOk);
}

TEST_F(GrpcReceiverTest, TakesLargeRequests) {
  Start();
  const std::string request = MakeRequest(NumberedSpans(110'000));
  ASSERT_GT(request.size(), 4 * kMiB);

  EXPECT_EQ(Export(request).code, kOk);
  EXPECT_EQ(SpansTaken(), 110'000U);
}

TEST_F(GrpcReceiverTest, TakesGzipDeflateAndZstd) {
  Start();
  const std::string request = MakeRequest(NumberedSpans(500));

  EXPECT_EQ(Export(Compressed(compress::Encoding::kGzip, request), Compression::kGzip).code, kOk);
  EXPECT_EQ(Export(Compressed(compress::Encoding::kZlib, request), Compression::kDeflate).code,
            kOk);
  EXPECT_EQ(Export(Compressed(compress::Encoding::kZstd, request)).code, kOk);
  for (const otlp::ChunkPtr& chunk : admission_.chunks()) {
    EXPECT_EQ(chunk->bytes.view(), request);
  }
  EXPECT_EQ(SpansTaken(), 1500U);
}

TEST_F(GrpcReceiverTest, TakesZstdAsGosClientsFlagIt) {
  Start();
  const std::string message = Compressed(compress::Encoding::kZstd, MakeRequest(NumberedSpans(50)));
  net::SocketClient socket(receiver_->bound_endpoint());
  socket.Write(
      Http2Preface() + GrpcHeaders(1, kTraces, Http2Header("grpc-encoding", "zstd")) +
      Http2Data(1, GrpcPrefix(static_cast<uint32_t>(message.size()), true) + message, true));

  EXPECT_THAT(socket.ReadUntil("grpc-status"), HasSubstr("grpc-status"));
  EXPECT_EQ(SpansTaken(), 50U);
}

TEST_F(GrpcReceiverTest, TakesAMessageThatComesByteByByte) {
  Start();
  const std::string message = MakeRequest(NumberedSpans(2));
  const std::string prefixed = GrpcPrefix(static_cast<uint32_t>(message.size()), false) + message;
  net::SocketClient socket(receiver_->bound_endpoint());
  socket.Write(Http2Preface() + GrpcHeaders(1, kTraces));
  for (size_t i = 0; i < prefixed.size(); ++i) {
    socket.Write(Http2Data(1, prefixed.substr(i, 1), i + 1 == prefixed.size()));
  }

  EXPECT_THAT(socket.ReadUntil("grpc-status"), HasSubstr("grpc-status"));
  EXPECT_EQ(SpansTaken(), 2U);
}

TEST_F(GrpcReceiverTest, RejectsAMalformedRequestAndSaysWhere) {
  const CapturedLog log;
  Start();
  const Answer answer = Export("\x0a\x05oops");

  EXPECT_EQ(answer.code, kInvalidArgument);
  EXPECT_THAT(answer.error, HasSubstr("resource_spans"));
  EXPECT_TRUE(answer.trailers.count("google.rpc.retryinfo-bin") == 0);
  EXPECT_EQ(account_.rejected_requests(), 1U);

  EXPECT_EQ(Export(MakeRequest(NumberedSpans(1))).code, kOk);
}

TEST_F(GrpcReceiverTest, RejectsABrokenGzipStream) {
  const CapturedLog log;
  Start();
  const Answer answer = Export("no gzip", Compression::kGzip);

  EXPECT_EQ(answer.code, kInvalidArgument);
  EXPECT_THAT(answer.error, HasSubstr("gzip"));
}

TEST_F(GrpcReceiverTest, RejectsATooLargeRequestForGood) {
  const CapturedLog log;
  config_.max_recv_msg_size_mib = 1;
  Start();
  const std::string message(kMiB + 1, '\0');
  const Answer plain = Export(message);
  const Answer gzip = Export(Compressed(compress::Encoding::kGzip, message), Compression::kGzip);

  for (const Answer& answer : {plain, gzip}) {
    EXPECT_EQ(answer.code, kResourceExhausted);
    EXPECT_THAT(answer.error, HasSubstr("1048576 bytes"));
    EXPECT_TRUE(answer.trailers.count("google.rpc.retryinfo-bin") == 0);
    EXPECT_TRUE(answer.trailers.count("grpc-status-details-bin") == 0);
  }
  EXPECT_EQ(account_.rejected_requests(), 2U);
  EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(GrpcReceiverTest, ARefusalNamesTheDelayInBothTrailers) {
  const CapturedLog log;
  Start();
  admission_.AnswerWith(
      WithRetryAfter(absl::UnavailableError("full"), std::chrono::milliseconds(1500)));
  const Answer answer = Export(MakeRequest(NumberedSpans(1)));

  EXPECT_EQ(answer.code, kUnavailable);
  EXPECT_EQ(answer.error, "full");
  google::rpc::RetryInfo info;
  ASSERT_TRUE(info.ParseFromString(answer.trailers.at("google.rpc.retryinfo-bin")));
  EXPECT_EQ(info.retry_delay().seconds(), 1);
  EXPECT_EQ(info.retry_delay().nanos(), 500'000'000);
  google::rpc::Status status;
  ASSERT_TRUE(status.ParseFromString(answer.trailers.at("grpc-status-details-bin")));
  EXPECT_EQ(status.code(), kUnavailable);
  ASSERT_EQ(status.details_size(), 1);
  EXPECT_TRUE(status.details(0).Is<google::rpc::RetryInfo>());
}

TEST_F(GrpcReceiverTest, AnswersWhenTheAdmissionDoes) {
  Start();
  admission_.Hold();
  auto first = client_->Send(kTraces, MakeRequest(NumberedSpans(1)), {});
  auto answer_first = admission_.TakeHeld();
  auto second = client_->Send(kTraces, MakeRequest(NumberedSpans(1)), {});
  auto answer_second = admission_.TakeHeld();

  // Out of order, and from another thread than gRPC's.
  answer_second(absl::OkStatus());
  EXPECT_EQ(second.Wait().code, kOk);
  answer_first(absl::InvalidArgumentError("no"));
  EXPECT_EQ(first.Wait().code, kInvalidArgument);
}

TEST_F(GrpcReceiverTest, RefusesBeforeReadingWhenTheBudgetIsUsedUp) {
  const CapturedLog log;
  Start();
  const Reservation queued = budget_.Reserve(256 * kMiB);
  const Answer answer = Export(MakeRequest(NumberedSpans(1)));

  EXPECT_EQ(answer.code, kUnavailable);
  EXPECT_TRUE(answer.trailers.count("google.rpc.retryinfo-bin") == 1);
  EXPECT_EQ(account_.refused_requests(), 1U);
  EXPECT_EQ(budget_.used(), queued.size());
}

TEST_F(GrpcReceiverTest, HoldsAsManyBytesAsTheRequestHas) {
  Start();
  const std::string request = MakeRequest(NumberedSpans(100));
  MemoryBudget other(kMiB * 256);
  const auto chunk = otlp::Decode(Bytes::Copy(request, other));
  Export(request);

  EXPECT_EQ(budget_.used(), other.used());
}

TEST_F(GrpcReceiverTest, StalledClientsDoNotKeepOthersOut) {
  const CapturedLog log;
  Start();
  std::deque<net::SocketClient> stalled;
  for (int i = 0; i < 20; ++i) {
    stalled.emplace_back(receiver_->bound_endpoint())
        .Write(Http2Preface() + GrpcHeaders(1, kTraces) +
               Http2Data(1, GrpcPrefix(1000, false) + "begun", false));
  }

  // A stranger may be asked to come again while those are there, but not for long.
  Answer answer;
  for (int i = 0; i < 1000 && answer.code != kOk; ++i) {
    answer = Export(MakeRequest(NumberedSpans(1)));
  }
  EXPECT_EQ(answer.code, kOk);
  EXPECT_LE(budget_.used(), budget_.limit());
}

TEST_F(GrpcReceiverTest, ServesManyConnections) {
  Start();
  std::deque<GrpcTestClient> clients;
  std::vector<GrpcTestClient::Pending> calls;
  for (int i = 0; i < 100; ++i) {
    calls.push_back(
        clients.emplace_back(Target()).Send(kTraces, MakeRequest(NumberedSpans(10)), {}));
  }

  for (GrpcTestClient::Pending& call : calls) {
    EXPECT_EQ(call.Wait().code, kOk);
  }
  EXPECT_EQ(SpansTaken(), 1000U);
}

TEST_F(GrpcReceiverTest, ServesAUnixSocket) {
  config_.endpoint =
      "unix:" + testing::TempDir() + "grpc_receiver_test." + std::to_string(getpid());
  Start();

  EXPECT_EQ(Export(MakeRequest(NumberedSpans(1))).code, kOk);
}

TEST_F(GrpcReceiverTest, SaysSoWhenThePortIsTaken) {
  Start();
  GrpcConfig config;
  config.endpoint = Target();
  GrpcReceiver second(
      config, {admission_, account_, budget_, telemetry_, clock_, random_, loop_, grpc_loop_});

  const Status status = second.Start();

  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr(Target()));
  EXPECT_THAT(second.Shutdown(clock_.Now()), IsOk());
}

TEST_F(GrpcReceiverTest, ACancelledCallIsForgotten) {
  Start();
  admission_.Hold();
  auto call = client_->Send(kTraces, MakeRequest(NumberedSpans(1)), {});
  auto answer = admission_.TakeHeld();

  call.Cancel();
  call.Wait();
  answer(absl::OkStatus());

  EXPECT_EQ(client_->Call(kHealth, "").code, kOk);
}

TEST_F(GrpcReceiverTest, CountsACallThatItsClientLeft) {
  Start();
  {
    const net::SocketClient client(receiver_->bound_endpoint());
    client.Write(Http2Preface() + GrpcHeaders(1, kTraces) +
                 Http2Data(1, GrpcPrefix(1000, false) + "begun", false));
    while (budget_.used() == 0) {  // the read has begun
      std::this_thread::yield();
    }
  }

  EXPECT_THAT(receiver_->Shutdown(Deadline::max()), IsOk());

  EXPECT_EQ(account_.aborted_requests(), 1U);
  EXPECT_EQ(account_.rejected_requests() + account_.refused_requests(), 0U);
}

TEST_F(GrpcReceiverTest, RejectsACallWithoutAMessage) {
  Start();
  net::SocketClient client(receiver_->bound_endpoint());
  client.Write(Http2Preface() + GrpcHeaders(1, kTraces) + Http2Data(1, "", true));
  client.ReadUntil("no request message");
  client.Close();

  EXPECT_THAT(receiver_->Shutdown(Deadline::max()), IsOk());

  EXPECT_EQ(account_.rejected_requests(), 1U);
  EXPECT_EQ(account_.aborted_requests(), 0U);
}

// Pings that come faster than `min_time` end the connection with GOAWAY and this reason (gRPC A8).
constexpr char kTooManyPings[] = "too_many_pings";

std::string Pings(int count) {
  std::string pings;
  for (int i = 0; i < count; ++i) {
    pings += Http2Frame(6, 0, 0, "12345678");
  }
  return pings;
}

TEST_F(GrpcReceiverTest, BearsPingsAsOftenAsConfigured) {
  config_.keepalive.min_time = Duration::zero();
  Start();
  net::SocketClient socket(receiver_->bound_endpoint());
  const std::string message = GrpcPrefix(0, false);
  socket.Write(Http2Preface() + Pings(20) + GrpcHeaders(1, kTraces) + Http2Data(1, message, true));

  EXPECT_THAT(socket.ReadUntil("grpc-status"), HasSubstr("grpc-status"));
}

TEST_F(GrpcReceiverTest, EndsConnectionsThatPingMoreOften) {
  config_.keepalive.min_time = std::chrono::hours(1);
  Start();
  net::SocketClient socket(receiver_->bound_endpoint());
  socket.Write(Http2Preface() + Pings(20));

  EXPECT_THAT(socket.ReadUntil(kTooManyPings), HasSubstr(kTooManyPings));
}

TEST_F(GrpcReceiverTest, EndsConnectionsOfTheConfiguredAge) {
  config_.keepalive.max_connection_age = std::chrono::milliseconds(1);
  config_.keepalive.max_connection_age_grace = std::chrono::milliseconds(1);
  Start();
  net::SocketClient socket(receiver_->bound_endpoint());
  socket.Write(Http2Preface());

  // gRPC's words for it in GOAWAY.
  EXPECT_THAT(socket.ReadToEnd(), testing::AnyOf(HasSubstr("max_age"), HasSubstr("enter idle")));
}

TEST_F(GrpcReceiverTest, LimitsTheCallsOfAConnection) {
  config_.max_concurrent_streams = 1;
  Start();
  admission_.Hold();
  auto first = client_->Send(kTraces, MakeRequest(NumberedSpans(1)), {});
  auto answer_first = admission_.TakeHeld();
  auto second = client_->Send(kTraces, MakeRequest(NumberedSpans(2)), {});
  GrpcTestClient other_client(Target());
  auto other = other_client.Send(kTraces, MakeRequest(NumberedSpans(3)), {});
  auto answer_other = admission_.TakeHeld();

  answer_other(absl::AbortedError("the other connection's"));
  EXPECT_EQ(other.Wait().error, "the other connection's");
  answer_first(absl::OkStatus());
  EXPECT_EQ(first.Wait().code, kOk);
  admission_.TakeHeld()(absl::OkStatus());
  EXPECT_EQ(second.Wait().code, kOk);
}

TEST_F(GrpcReceiverTest, AnswersHealthChecks) {
  Start();
  const std::string service = "opentelemetry.proto.collector.trace.v1.TraceService";

  for (const std::string& request :
       {std::string(), "\x0a" + std::string(1, static_cast<char>(service.size())) + service}) {
    const Answer answer = client_->Call(kHealth, request);
    EXPECT_EQ(answer.code, kOk);
    EXPECT_EQ(answer.message, "\x08\x01");
  }
  EXPECT_EQ(client_->Call(kHealth, "\x0a\x05other").code, kNotFound);
  EXPECT_EQ(account_.accepted_requests() + account_.rejected_requests(), 0U);
}

TEST_F(GrpcReceiverTest, DoesNotKnowOtherMethods) {
  const CapturedLog log;
  Start();

  EXPECT_EQ(client_->Call("/opentelemetry.proto.collector.trace.v1.TraceService/Import", "").code,
            kUnimplemented);
  EXPECT_EQ(client_->Call("/grpc.health.v1.Health/Watch", "").code, kUnimplemented);
}

TEST_F(GrpcReceiverTest, SaysOnceHowToStopMetricsAndLogs) {
  CapturedLog log;
  Start();
  const Answer metrics = client_->Call(kMetrics, "");
  client_->Call(kMetrics, "");
  const Answer logs = client_->Call(kLogs, std::string(100'000, 'a'));

  EXPECT_EQ(metrics.code, kUnimplemented);
  EXPECT_THAT(metrics.error, HasSubstr("OTEL_METRICS_EXPORTER=none"));
  EXPECT_EQ(logs.code, kUnimplemented);
  EXPECT_THAT(logs.error, HasSubstr("OTEL_LOGS_EXPORTER=none"));
  const std::string text = log.Take();
  EXPECT_THAT(text, HasSubstr("peer=127.0.0.1:"));
  EXPECT_EQ(text.find("OTEL_METRICS_EXPORTER=none"), text.rfind("OTEL_METRICS_EXPORTER=none"));
  EXPECT_EQ(telemetry_
                .AddCounter("spanhold_receiver_unsupported_requests", "",
                            {{"receiver", "otlp"}, {"transport", "grpc"}, {"signal", "metrics"}})
                .count(),
            2U);
}

TEST_F(GrpcReceiverTest, ShutdownWaitsForAnswersUnderWay) {
  Start();
  admission_.Hold();
  auto call = client_->Send(kTraces, MakeRequest(NumberedSpans(1)), {});
  auto answer = admission_.TakeHeld();
  std::thread shutdown([this] {
    EXPECT_THAT(receiver_->Shutdown(clock_.Now() + std::chrono::seconds(30)), IsOk());
  });

  answer(absl::OkStatus());

  EXPECT_EQ(call.Wait().code, kOk);
  shutdown.join();
}

TEST_F(GrpcReceiverTest, ShutdownEndsAtItsDeadline) {
  Start();
  admission_.Hold();
  auto call = client_->Send(kTraces, MakeRequest(NumberedSpans(1)), {});
  auto answer = admission_.TakeHeld();
  const net::SocketClient idle(receiver_->bound_endpoint());

  EXPECT_THAT(receiver_->Shutdown(clock_.Now() + std::chrono::milliseconds(100)), IsOk());

  EXPECT_NE(call.Wait().code, kOk);
  // The answer comes too late, and after the receiver.
  receiver_.reset();
  answer(absl::OkStatus());
}

TEST_F(GrpcReceiverTest, ShutdownRefusesWhatComesLater) {
  Start();
  ASSERT_EQ(Export("").code, kOk);
  EXPECT_THAT(receiver_->Shutdown(clock_.Now() + std::chrono::seconds(10)), IsOk());
  EXPECT_THAT(receiver_->Shutdown(clock_.Now()), IsOk());

  EXPECT_EQ(Export("").code, kUnavailable);
}

TEST_F(GrpcReceiverTest, ShutdownWithoutStartIsFine) {
  GrpcReceiver receiver(
      config_, {admission_, account_, budget_, telemetry_, clock_, random_, loop_, grpc_loop_});

  EXPECT_THAT(receiver.Shutdown(clock_.Now()), IsOk());
}

}  // namespace
}  // namespace spanhold::otlp_receiver
