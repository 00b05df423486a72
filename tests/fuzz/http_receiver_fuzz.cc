#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/core/log.h"
#include "src/receiver/otlp/http_receiver.h"
#include "tests/net/socket_client.h"

namespace spanhold::otlp_receiver {
namespace {

// Takes everything and lets it go.
class NullAdmission final : public Admission {
 public:
  void Admit(otlp::ChunkPtr chunk, ReceiverAccount& account, Done done) override {
    account.Accepted(chunk->spans.size());
    chunk.reset();
    done(absl::OkStatus());
  }
};

HttpConfig FuzzConfig() {
  HttpConfig config;
  config.max_request_body_size = 1 << 20;
  config.cors.allowed_origins = {"http://*.test"};
  config.read_timeout = config.read_header_timeout = Duration::zero();
  config.write_timeout = config.idle_timeout = Duration::zero();
  return config;
}

// A receiver without a port. Lives as long as the process.
struct Fixture {
  Fixture() {
    ConfigureLog(LogLevel::kError, LogFormat::kText);
    loop.Start();
  }

  MemoryBudget budget{8 << 20};
  Telemetry telemetry;
  ReceiverAccount account{"otlp", "http", telemetry};
  SystemClock clock;
  Random random{1};
  NullAdmission admission;
  net::EventLoop loop{"http", 1};
  HttpReceiver receiver{FuzzConfig(), {admission, account, budget, telemetry, clock, random, loop}};
};

// Whether `answers` is nothing but whole HTTP/1.1 responses. The one to a HEAD request has no body,
// so a body that is missing at the end is let pass.
bool AreResponses(std::string_view answers) {
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  while (!answers.empty()) {
    const size_t end = answers.find("\r\n\r\n");
    if (!answers.starts_with("HTTP/1.1 ") || end == std::string_view::npos) {
      return false;
    }
    const std::string_view head = answers.substr(0, end + 2);
    answers.remove_prefix(end + 4);
    const size_t length = head.find(kLength);
    if (length != std::string_view::npos && !answers.starts_with("HTTP/1.1 ")) {
      const size_t size = std::stoul(std::string(head.substr(length + kLength.size())));
      answers.remove_prefix(std::min(size, answers.size()));
    }
  }
  return true;
}

}  // namespace

// Feeds `data` to a connection: the answers are well-formed, the connection ends, and no memory of
// the budget is left behind.
void FuzzHttp(std::string_view data) {
  static auto* const fixture = new Fixture;
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    std::abort();
  }
  net::SocketClient client(pair[0]);
  fixture->receiver.Serve(pair[1], "fuzz");
  client.Write(data);
  client.ShutdownWrite();
  if (!AreResponses(client.ReadToEnd()) || fixture->budget.used() != 0) {
    std::abort();
  }
}

}  // namespace spanhold::otlp_receiver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  spanhold::otlp_receiver::FuzzHttp({reinterpret_cast<const char*>(data), size});
  return 0;
}
