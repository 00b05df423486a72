#include "src/net/http_server.h"

#include <sys/socket.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/mutex.h"
#include "tests/net/socket_client.h"
#include "tests/support/status_is.h"

namespace spanhold::net {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto kPatience = std::chrono::seconds(20);

// Answers each request with its method, path and body; /early before the body, /later from another
// thread when told.
class EchoHandler final : public HttpHandler {
 public:
  std::optional<HttpReply> OnHead(const HttpRequestHead& head) override {
    if (head.Path() == "/early") {
      return TextReply(404, "early");
    }
    return std::nullopt;
  }

  void OnRequest(const HttpRequestHead& head, Bytes body, Respond respond) override {
    HttpReply reply;
    reply.content_type = "text/plain";
    reply.body =
        std::string(head.method) + " " + std::string(head.Path()) + " " + std::string(body.view());
    if (head.Path() == "/later") {
      const MutexLock lock(mutex_);
      held_ = [respond = std::move(respond), reply = std::move(reply)]() mutable {
        respond(std::move(reply));
      };
      changed_.NotifyAll();
      return;
    }
    respond(std::move(reply));
  }

  // Answers the request to /later, which must come.
  void AnswerLater() {
    absl::AnyInvocable<void()> answer;
    {
      const MutexLock lock(mutex_);
      while (!held_) {
        changed_.Wait(mutex_);
      }
      answer = std::exchange(held_, nullptr);
    }
    answer();
  }
  void WaitForLater() {
    const MutexLock lock(mutex_);
    while (!held_) {
      changed_.Wait(mutex_);
    }
  }

  void OnAbort() override {
    const MutexLock lock(mutex_);
    ++aborts_;
    changed_.NotifyAll();
  }
  void WaitForAborts(int count) {
    const MutexLock lock(mutex_);
    while (aborts_ < count) {
      changed_.Wait(mutex_);
    }
  }
  int aborts() {
    const MutexLock lock(mutex_);
    return aborts_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  absl::AnyInvocable<void()> held_ SPANHOLD_GUARDED_BY(mutex_);
  int aborts_ SPANHOLD_GUARDED_BY(mutex_) = 0;
};

std::string Post(const std::string& path, const std::string& body,
                 const std::string& headers = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string Body(const std::string& response) {
  const size_t end = response.find("\r\n\r\n");
  return end == std::string::npos ? "" : response.substr(end + 4);
}

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    options_.name = "test";
    options_.endpoint.host = "127.0.0.1";
    options_.max_body_size = 1 << 20;
  }
  ~HttpServerTest() override {
    if (server_) {
      server_->Shutdown(SystemClock().Now());
    }
    loop_.Stop();
  }

  // A client of the server with options_, started with the first.
  std::unique_ptr<SocketClient> Connect() {
    if (!server_) {
      server_ = std::make_unique<HttpServer>(options_, handler_, budget_, loop_);
      EXPECT_THAT(server_->Start(), IsOk());
      loop_.Start();
    }
    return std::make_unique<SocketClient>(server_->bound_endpoint());
  }

  HttpServer::Options options_;
  MemoryBudget budget_{8 << 20};
  EchoHandler handler_;
  EventLoop loop_{"test-http", 2};
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersRequestAfterRequestOnOneConnection) {
  const auto client = Connect();
  for (int i = 0; i < 3; ++i) {
    client->Write(Post("/a", "body" + std::to_string(i)));
    const std::string response = client->ReadResponse();
    EXPECT_THAT(response,
                AllOf(StartsWith("HTTP/1.1 200 OK\r\nDate: "), Not(HasSubstr("Connection:"))));
    EXPECT_EQ(Body(response), "POST /a body" + std::to_string(i));
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  const auto client = Connect();
  std::string requests;
  for (int i = 0; i < 100; ++i) {
    requests += i % 3 == 0 ? Post("/early", "skipped") : Post("/a", std::to_string(i));
  }

  client->Write(requests);

  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(Body(client->ReadResponse()),
              i % 3 == 0 ? "early\n" : "POST /a " + std::to_string(i));
  }
}

TEST_F(HttpServerTest, APipelinedRequestWaitsForAnAnswerThatComesLater) {
  const auto client = Connect();
  client->Write(Post("/later", "1") + Post("/a", "2"));

  handler_.AnswerLater();

  EXPECT_EQ(Body(client->ReadResponse()), "POST /later 1");
  EXPECT_EQ(Body(client->ReadResponse()), "POST /a 2");
}

TEST_F(HttpServerTest, ReadsALargeBodyInPieces) {
  const auto client = Connect();
  std::string body(1 << 20, 'x');
  body.replace(body.size() - 3, 3, "end");
  std::thread writer([&] { client->Write(Post("/a", body)); });

  EXPECT_EQ(Body(client->ReadResponse()), "POST /a " + body);
  writer.join();
}

TEST_F(HttpServerTest, ReadsARequestThatComesByteByByte) {
  const auto client = Connect();
  for (const char c : "\r\n" + Post("/a", "slow")) {
    client->Write(std::string(1, c));
  }

  EXPECT_EQ(Body(client->ReadResponse()), "POST /a slow");
}

constexpr char kChunked[] = "Transfer-Encoding: chunked\r\n";

std::string PostChunked(const std::string& path, const std::string& chunks,
                        const std::string& headers = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + headers + kChunked + "\r\n" + chunks;
}

TEST_F(HttpServerTest, ReadsAChunkedBodyAndTheRequestBehindIt) {
  const auto client = Connect();
  std::string chunks;
  std::string body;
  for (int i = 0; i < 20; ++i) {
    body += std::string(5000, static_cast<char>('a' + i));
    chunks += "1388\r\n" + std::string(5000, static_cast<char>('a' + i)) + "\r\n";
  }

  client->Write(PostChunked("/a", chunks + "0\r\n\r\n") + Post("/b", "next"));

  EXPECT_EQ(Body(client->ReadResponse()), "POST /a " + body);
  EXPECT_EQ(Body(client->ReadResponse()), "POST /b next");
}

TEST_F(HttpServerTest, SkipsTheBodyAfterAnEarlyAnswer) {
  const auto client = Connect();
  client->Write(Post("/early", std::string(200'000, 'x')) +
                PostChunked("/early", "5\r\nGET /\r\n0\r\n\r\n") + Post("/a", "next"));

  EXPECT_THAT(client->ReadResponse(), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(client->ReadResponse(), StartsWith("HTTP/1.1 404 "));
  EXPECT_EQ(Body(client->ReadResponse()), "POST /a next");
}

TEST_F(HttpServerTest, SaysContinueToAClientThatWaitsForIt) {
  const auto client = Connect();
  client->Write("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");

  EXPECT_EQ(client->ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");

  client->Write("body");
  EXPECT_EQ(Body(client->ReadResponse()), "POST /a body");
}

TEST_F(HttpServerTest, AnswersAtOnceInsteadOfContinue) {
  const auto client = Connect();
  client->Write(
      "POST /early HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");

  EXPECT_THAT(client->ReadToEnd(),
              AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("Connection: close")));
}

TEST_F(HttpServerTest, IgnoresAnOfferToUpgrade) {
  const auto client = Connect();
  client->Write(Post("/a", "java",
                     "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                     "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"));

  EXPECT_EQ(Body(client->ReadResponse()), "POST /a java");
  client->Write(Post("/a", "again"));
  EXPECT_EQ(Body(client->ReadResponse()), "POST /a again");
}

TEST_F(HttpServerTest, AnswersHttp10AndCloses) {
  const auto client = Connect();
  client->Write("GET /a HTTP/1.0\r\n\r\n");

  EXPECT_THAT(client->ReadToEnd(), AllOf(StartsWith("HTTP/1.1 200 OK"),
                                         HasSubstr("Connection: close"), HasSubstr("GET /a ")));
}

TEST_F(HttpServerTest, KeepsAnHttp10ConnectionAliveOnRequest) {
  const auto client = Connect();
  client->Write("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(client->ReadResponse(), HasSubstr("Connection: keep-alive"));

  client->Write("GET /b HTTP/1.0\r\n\r\n");
  EXPECT_EQ(Body(client->ReadToEnd()), "GET /b ");
}

TEST_F(HttpServerTest, AHeadRequestGetsNoBody) {
  const auto client = Connect();
  client->Write("HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(client->ReadToEnd(),
              AllOf(HasSubstr("Content-Length: 8\r\n"), testing::EndsWith("\r\n\r\n")));
}

TEST_F(HttpServerTest, ClosesAfterEachAnswerWithoutKeepAlives) {
  options_.keep_alives_enabled = false;
  const auto client = Connect();
  client->Write(Post("/a", "1"));

  EXPECT_THAT(client->ReadToEnd(), HasSubstr("Connection: close"));
}

TEST_F(HttpServerTest, RefusesAMalformedRequestAndServesOthers) {
  const auto other = Connect();
  const auto client = Connect();
  client->Write("GET / HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n");

  EXPECT_THAT(client->ReadToEnd(), AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("malformed")));
  other->Write(Post("/a", "fine"));
  EXPECT_EQ(Body(other->ReadResponse()), "POST /a fine");
}

TEST_F(HttpServerTest, RefusesTlsAtItsFirstByte) {
  const auto client = Connect();
  client->Write("\x16\x03\x01");

  EXPECT_THAT(client->ReadToEnd(), AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("TLS")));
}

TEST_F(HttpServerTest, RefusesAnEndlessHeader) {
  const auto client = Connect();
  client->Write("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x'));

  EXPECT_THAT(client->ReadToEnd(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, RefusesABodyThatIsAnnouncedTooLarge) {
  const auto client = Connect();
  // The client sends it all before it looks for an answer, and still gets the answer.
  client->Write(Post("/a", std::string((1 << 20) + 1, 'x')));

  EXPECT_THAT(client->ReadToEnd(),
              AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("larger than 1048576 bytes")));
  EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(HttpServerTest, RefusesAChunkedBodyThatGrowsTooLarge) {
  const auto client = Connect();
  std::string chunks;
  for (int i = 0; i < 300; ++i) {
    chunks += "1388\r\n" + std::string(5000, 'x') + "\r\n";
  }
  client->Write(PostChunked("/a", chunks));

  EXPECT_THAT(client->ReadToEnd(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, RefusesMalformedChunks) {
  const auto client = Connect();
  client->Write(PostChunked("/a", "zz\r\nhello\r\n"));

  EXPECT_THAT(client->ReadToEnd(), StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, RefusesAnEndlessChunkHeader) {
  const auto client = Connect();
  client->Write(PostChunked("/a", "5;" + std::string(20'000, 'x')));

  EXPECT_THAT(client->ReadToEnd(), StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, APostWithoutLengthIsRefused) {
  const auto client = Connect();
  client->Write("POST /a HTTP/1.1\r\nHost: a\r\n\r\n");

  EXPECT_THAT(client->ReadToEnd(), StartsWith("HTTP/1.1 411 "));
}

TEST_F(HttpServerTest, WithoutMemoryTheClientIsToldToComeBackAndMayStay) {
  const auto client = Connect();
  const Reservation all = budget_.Reserve(8 << 20);
  client->Write(Post("/a", std::string(100'000, 'x')) +
                PostChunked("/a", "5\r\nhello\r\n0\r\n\r\n"));

  EXPECT_THAT(client->ReadResponse(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("no memory")));
  EXPECT_THAT(client->ReadResponse(), StartsWith("HTTP/1.1 503 "));
  client->Write("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_THAT(client->ReadToEnd(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(HttpServerTest, ALargeRequestWithoutMemoryIsAnsweredBeforeItsBodyComes) {
  const auto client = Connect();
  const Reservation others = budget_.Reserve((8 << 20) - 1'000'000);
  client->Write("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000001\r\n\r\n");

  EXPECT_THAT(client->ReadToEnd(),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Connection: close")));
}

TEST_F(HttpServerTest, AClientThatSendsItAllTheSameStillGetsItsAnswer) {
  const auto client = Connect();
  const Reservation all = budget_.Reserve(8 << 20);
  client->Write(Post("/a", std::string(1 << 20, 'x')));

  EXPECT_THAT(client->ReadToEnd(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(HttpServerTest, AnEndlessChunkedBodyWithoutMemoryIsNotReadOn) {
  const auto client = Connect();
  const Reservation all = budget_.Reserve(8 << 20);
  std::string chunks;
  for (int i = 0; i < 100; ++i) {
    chunks += "1388\r\n" + std::string(5000, 'x') + "\r\n";
  }
  client->Write(PostChunked("/a", chunks));

  EXPECT_THAT(client->ReadToEnd(),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Connection: close")));
}

TEST_F(HttpServerTest, TellsOfARequestThatItsClientLeft) {
  Connect()->Write("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  Connect()->Write("POST /a HTTP/1.1\r\nHo");

  handler_.WaitForAborts(2);
}

TEST_F(HttpServerTest, AClientThatLeavesBetweenRequestsOrIsAnsweredLeftNone) {
  const auto client = Connect();
  client->Write(Post("/a", "1") +
                "POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  client->ReadResponse();
  client->Close();
  Connect();

  server_->Shutdown(SystemClock().Now() + kPatience);

  EXPECT_EQ(handler_.aborts(), 0);
}

TEST_F(HttpServerTest, AHeadThatComesTooSlowlyGets408) {
  options_.read_header_timeout = std::chrono::milliseconds(30);
  const auto client = Connect();
  client->Write("POST /a HTTP/1.1\r\nHost:");

  EXPECT_THAT(client->ReadToEnd(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServerTest, ABodyThatComesTooSlowlyGets408AndItsMemoryBack) {
  options_.read_timeout = std::chrono::milliseconds(30);
  const auto client = Connect();
  client->Write("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nbegin");

  EXPECT_THAT(client->ReadToEnd(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(HttpServerTest, AnIdleConnectionIsClosedWithoutAWord) {
  options_.idle_timeout = std::chrono::milliseconds(30);
  const auto client = Connect();

  EXPECT_EQ(client->ReadToEnd(), "");
}

TEST_F(HttpServerTest, AClientThatNeverReadsItsAnswerIsClosed) {
  options_.write_timeout = std::chrono::milliseconds(30);
  const auto client = Connect();
  const std::string request = Post("/a", std::string(1 << 20, 'x'));

  // Each answer is as large as its request: the sockets' buffers fill up, and the server gives up.
  bool open = true;
  for (int i = 0; i < 100 && open; ++i) {
    open = client->Write(request);
  }

  EXPECT_FALSE(open);
}

TEST_F(HttpServerTest, ShutdownAnswersBusyConnectionsAndClosesIdleOnes) {
  const auto idle = Connect();
  idle->Write(Post("/a", "1"));
  idle->ReadResponse();
  const auto busy = Connect();
  busy->Write(Post("/later", "2") + Post("/a", "never answered"));
  handler_.WaitForLater();

  auto shutdown =
      std::async(std::launch::async, [&] { server_->Shutdown(SystemClock().Now() + kPatience); });

  EXPECT_EQ(idle->ReadToEnd(), "");
  handler_.AnswerLater();
  const std::string response = busy->ReadResponse();
  EXPECT_THAT(response, HasSubstr("Connection: close"));
  EXPECT_EQ(Body(response), "POST /later 2");
  EXPECT_EQ(busy->ReadToEnd(), "");
  busy->Close();
  EXPECT_EQ(shutdown.wait_for(kPatience), std::future_status::ready);
}

TEST_F(HttpServerTest, ShutdownDoesNotWaitForAClientThatKeepsAnAnsweredConnection) {
  options_.linger_pause = std::chrono::hours(1);
  options_.linger_time = std::chrono::hours(1);
  const auto answered = Connect();
  answered->Write(Post("/a", "1", "Connection: close\r\n"));
  const auto lingering = Connect();
  lingering->Write("POST /a HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answered->ReadResponse(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(lingering->ReadResponse(), StartsWith("HTTP/1.1 411 "));

  server_->Shutdown(Deadline::max());

  EXPECT_EQ(answered->ReadToEnd(), "");
  EXPECT_EQ(lingering->ReadToEnd(), "");
}

TEST_F(HttpServerTest, ShutdownEndsAtItsDeadlineAndALateAnswerDoesNoHarm) {
  const auto client = Connect();
  client->Write(Post("/later", "2"));
  handler_.WaitForLater();

  server_->Shutdown(SystemClock().Now());

  EXPECT_EQ(client->ReadToEnd(), "");
  handler_.AnswerLater();
}

TEST_F(HttpServerTest, ShutsDownTwiceAndWithoutStart) {
  HttpServer server(options_, handler_, budget_, loop_);
  server.Shutdown(SystemClock().Now());
  server.Shutdown(SystemClock().Now());
}

TEST_F(HttpServerTest, ServesASocketThatWasNotAccepted) {
  Connect();
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  SocketClient client(pair[0]);

  server_->Serve(pair[1], "test");

  client.Write(Post("/a", "hello"));
  EXPECT_EQ(Body(client.ReadResponse()), "POST /a hello");
}

TEST_F(HttpServerTest, ManyConnectionsAtOnceGetTheirOwnAnswers) {
  Connect();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([this, t] {
      SocketClient client(server_->bound_endpoint());
      for (int i = 0; i < 50; ++i) {
        const std::string body = std::to_string(t) + "-" + std::to_string(i);
        client.Write(i % 2 == 0 ? Post("/a", body) : PostChunked("/a", "1\r\nx\r\n0\r\n\r\n"));
        EXPECT_EQ(Body(client.ReadResponse()), "POST /a " + (i % 2 == 0 ? body : "x"));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace spanhold::net
