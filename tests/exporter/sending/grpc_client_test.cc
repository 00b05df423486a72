#include "src/exporter/sending/grpc_client.h"

#include <unistd.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "src/core/clock.h"
#include "tests/support/fake_otlp_server.h"
#include "tests/support/status_is.h"

namespace spanhold::sending {
namespace {

using ::testing::HasSubstr;

constexpr char kMethod[] = "/test.Service/Method";
constexpr Duration kGenerous = std::chrono::seconds(30);

Deadline After(Duration duration) {
  return SystemClock().Now() + duration;
}

class GrpcClientTest : public ::testing::Test {
 protected:
  GrpcClientTest() { loop_.Start(); }
  ~GrpcClientTest() override {
    if (client_) {
      client_->Shutdown();
    }
    loop_.Stop();
  }

  GrpcClientConfig Config() const {
    GrpcClientConfig config;
    config.endpoint = server_.endpoint();
    config.tls.insecure = true;
    return config;
  }
  void Start(const GrpcClientConfig& config) {
    client_.emplace(config, loop_, budget_);
    ASSERT_THAT(client_->Start(), IsOk());
  }
  std::future<StatusOr<std::string>> Send(const std::string& message,
                                          Deadline deadline = After(kGenerous)) {
    auto answer = std::make_shared<std::promise<StatusOr<std::string>>>();
    client_->Call(kMethod, Rope(Bytes::Copy(message, budget_)), deadline,
                  [answer](StatusOr<std::string> result) { answer->set_value(std::move(result)); });
    return answer->get_future();
  }
  StatusOr<std::string> Call(const std::string& message, Deadline deadline = After(kGenerous)) {
    return Send(message, deadline).get();
  }

  MemoryBudget budget_{uint64_t{1} << 30U};
  FakeOtlpServer server_;
  const SystemClock loop_clock_;
  rpc::GrpcLoop loop_{loop_clock_};
  std::optional<GrpcClient> client_;
};

TEST_F(GrpcClientTest, SendsAMessageAndReturnsTheResponse) {
  Start(Config());
  server_.Script({{.body = "response"}});

  EXPECT_EQ(*Call("request"), "response");

  ASSERT_EQ(server_.requests().size(), 1U);
  EXPECT_EQ(server_.requests()[0].method, kMethod);
  EXPECT_EQ(server_.requests()[0].message, "request");
}

TEST_F(GrpcClientTest, CompressesWithGzip) {
  Start(Config());
  const std::string message(100'000, 'a');

  ASSERT_THAT(Call(message), IsOk());

  EXPECT_TRUE(server_.requests()[0].gzip);
  EXPECT_EQ(server_.requests()[0].message, message);
}

TEST_F(GrpcClientTest, SendsInClearWithoutCompression) {
  GrpcClientConfig config = Config();
  config.compression = "none";
  Start(config);
  const std::string message(1'000'000, 'a');

  ASSERT_THAT(Call(message), IsOk());

  EXPECT_FALSE(server_.requests()[0].gzip);
  EXPECT_EQ(server_.requests()[0].message, message);
}

TEST_F(GrpcClientTest, SendsAMessageInPieces) {
  GrpcClientConfig config = Config();
  config.compression = "none";
  Start(config);
  const std::string piece(300'000, 'a');
  Rope message;
  for (int i = 0; i < 10; ++i) {
    message.Append(Bytes::Copy("head", budget_));
    message.Append(Bytes::Copy(piece, budget_));
  }
  std::promise<StatusOr<std::string>> answer;
  client_->Call(kMethod, std::move(message), After(kGenerous),
                [&](StatusOr<std::string> result) { answer.set_value(std::move(result)); });

  ASSERT_THAT(answer.get_future().get(), IsOk());
  std::string expected;
  for (int i = 0; i < 10; ++i) {
    expected += "head" + piece;
  }
  EXPECT_EQ(server_.requests()[0].message, expected);
}

TEST_F(GrpcClientTest, SendsAnEmptyMessage) {
  GrpcClientConfig config = Config();
  config.compression = "none";
  Start(config);

  ASSERT_THAT(Call(""), IsOk());

  EXPECT_EQ(server_.requests()[0].message, "");
}

TEST_F(GrpcClientTest, LetsGoOfTheMessageWhenTheCallHasEnded) {
  Start(Config());
  for (int i = 0; i < 10; ++i) {
    ASSERT_THAT(Call(std::string(100'000, 'a')), IsOk());
  }
  client_->Shutdown();

  EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(GrpcClientTest, SendsHeadersAndSaysWhoItIs) {
  GrpcClientConfig config = Config();
  config.headers = {{"Authorization", "Bearer token"}, {"x-tenant", "blue"}};
  Start(config);

  ASSERT_THAT(Call("request"), IsOk());

  const auto metadata = server_.requests()[0].metadata;
  EXPECT_EQ(metadata.find("authorization")->second, "Bearer token");
  EXPECT_EQ(metadata.find("x-tenant")->second, "blue");
  EXPECT_THAT(metadata.find("user-agent")->second, HasSubstr("Spanhold/"));
}

TEST_F(GrpcClientTest, RefusesAHeaderThatHttp2DoesNotAllow) {
  GrpcClientConfig config = Config();
  config.headers = {{"bad name", "value"}};
  GrpcClient client(config, loop_, budget_);

  EXPECT_THAT(client.Start(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("headers: bad name")));
}

TEST_F(GrpcClientTest, ReturnsTheServersErrorWithItsDelay) {
  Start(Config());
  server_.Script({{.code = 14,
                   .message = "full",
                   .trailers = {{"google.rpc.retryinfo-bin", "\x0a\x02\x08\x02"}}},
                  {.code = 3, .message = "malformed"}});

  const auto full = Call("request");
  EXPECT_THAT(full, StatusIs(absl::StatusCode::kUnavailable, "full"));
  EXPECT_EQ(RetryAfter(full.status()), std::chrono::seconds(2));
  EXPECT_THAT(Call("request"), StatusIs(absl::StatusCode::kInvalidArgument, "malformed"));
}

TEST_F(GrpcClientTest, HasSeveralCallsUnderWayAtOnce) {
  Start(Config());
  server_.Script({{.never = true}, {.never = true}, {.body = "third"}});
  auto first = Send("1");
  auto second = Send("2");
  ASSERT_TRUE(server_.WaitForRequests(2));

  EXPECT_EQ(*Call("3"), "third");

  client_->Shutdown();
  EXPECT_THAT(first.get(), StatusIs(absl::StatusCode::kCancelled, testing::_));
  EXPECT_THAT(second.get(), StatusIs(absl::StatusCode::kCancelled, testing::_));
}

TEST_F(GrpcClientTest, FailsAtTheDeadline) {
  Start(Config());
  server_.Script({{.never = true}});

  EXPECT_THAT(Call("request", After(std::chrono::milliseconds(100))),
              StatusIs(absl::StatusCode::kDeadlineExceeded, testing::_));
}

TEST_F(GrpcClientTest, FailsAtOnceWithoutAServer) {
  Start(Config());
  server_.Stop();

  EXPECT_THAT(Call("request"), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("onnect")));
}

TEST_F(GrpcClientTest, WaitsForAServerIfToldSo) {
  GrpcClientConfig config = Config();
  config.wait_for_ready = true;
  Start(config);
  server_.Stop();

  EXPECT_THAT(Call("request", After(std::chrono::milliseconds(100))),
              StatusIs(absl::StatusCode::kDeadlineExceeded, testing::_));
}

TEST_F(GrpcClientTest, ConnectsAgainWhenTheServerIsBack) {
  GrpcClientConfig config = Config();
  config.wait_for_ready = true;
  Start(config);
  ASSERT_THAT(Call("request"), IsOk());
  server_.Stop();
  const FakeOtlpServer back({.address = server_.endpoint()});

  // A call may still meet the connection that is going away; that is one to send again.
  StatusOr<std::string> answer = Call("request");
  while (IsRetryable(answer.status())) {
    answer = Call("request");
  }

  EXPECT_THAT(answer, IsOk());
  EXPECT_EQ(back.requests().size(), 1U);
}

TEST_F(GrpcClientTest, RefusesAResponseBeyond4MiB) {
  Start(Config());
  server_.Script({{.body = std::string((4 << 20) + 2, 'a')}});

  const auto result = Call("request");

  EXPECT_THAT(result, StatusIs(absl::StatusCode::kInternal, HasSubstr("larger than 4 MiB")));
  EXPECT_FALSE(IsRetryable(result.status()));
}

TEST_F(GrpcClientTest, SendsOverAUnixSocket) {
  const std::string path = testing::TempDir() + "grpc_client_test." + std::to_string(getpid());
  const FakeOtlpServer server({.address = "unix:" + path});
  GrpcClientConfig config;
  config.endpoint = "unix:" + path;
  Start(config);

  EXPECT_THAT(Call("request"), IsOk());
}

TEST_F(GrpcClientTest, CancelsCallsBeforeStartAndAfterShutdown) {
  client_.emplace(Config(), loop_, budget_);
  EXPECT_THAT(Call("request"), StatusIs(absl::StatusCode::kCancelled, testing::_));

  ASSERT_THAT(client_->Start(), IsOk());
  client_->Shutdown();
  client_->Shutdown();

  EXPECT_THAT(Call("request"), StatusIs(absl::StatusCode::kCancelled, testing::_));
}

TEST_F(GrpcClientTest, ShutdownLetsGoOfMessagesThatTheServerNeverTook) {
  GrpcClientConfig config = Config();
  config.compression = "none";
  Start(config);
  server_.Script({{.never = true}, {.never = true}});
  auto first = Send(std::string(10'000'000, 'a'));
  auto second = Send(std::string(10'000'000, 'a'));

  client_->Shutdown();

  EXPECT_FALSE(first.get().ok());
  EXPECT_FALSE(second.get().ok());
  EXPECT_EQ(budget_.used(), 0U);
}

}  // namespace
}  // namespace spanhold::sending
