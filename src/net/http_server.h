#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/functional/any_invocable.h>

#include "src/config/endpoint.h"
#include "src/core/bytes.h"
#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/status.h"
#include "src/net/event_loop.h"
#include "src/net/http_message.h"

namespace spanhold::net {

// Why the server itself ends a request.
struct HttpError {
  int status = 400;
  std::string message;
};

// 400 for kInvalidArgument, 413 for kResourceExhausted, 501 for kUnimplemented, else 503.
HttpError HttpErrorOf(const Status& status);

// What a server serves.
//
// Threading: called on the loop's threads, for several connections at once, for one connection
// never at the same time. No call blocks.
class HttpHandler {
 public:
  // Takes the answer, exactly once, on any thread.
  using Respond = absl::AnyInvocable<void(HttpReply)>;

  virtual ~HttpHandler() = default;

  // A request's head has come. With an answer its body is skipped; with none it is read, and
  // OnRequest() or OnError() follows.
  virtual std::optional<HttpReply> OnHead(const HttpRequestHead& head) = 0;

  // The whole request has come. `head` lives until `respond` is called.
  virtual void OnRequest(const HttpRequestHead& head, Bytes body, Respond respond) = 0;

  // A request that cannot be answered by OnRequest(): a malformed or late head (then `head` has
  // only its peer), a body that is too large, late, or finds no memory. Returns the answer.
  virtual HttpReply OnError(const HttpRequestHead& head, const HttpError& error);

  // A request that will never be answered: the client left in the middle of it, or Shutdown()'s
  // deadline came.
  virtual void OnAbort() {}
};

// An HTTP/1.0 and 1.1 server: keep-alive, pipelining (answers in order), Expect: 100-continue,
// bodies with Content-Length or chunked, read into the budget. An offer to upgrade is ignored.
//
// After an answer given before the body was read, a short rest of the body is skipped, or the
// connection closed when the client has had time to read the answer: no body byte is ever taken for
// a request.
//
// Threading: thread-safe. Ownership: `handler`, `budget` and `loop` must outlive it.
class HttpServer {
 public:
  struct Options {
    std::string name;  // for log lines: the id of the component that listens
    config::Endpoint endpoint;
    uint64_t max_body_size = 64 << 20;  // OTLP 1.11; larger: 413
    size_t max_header_size = 16 << 10;  // larger: 431
    // Each counts from the request's first byte; 0: without end. Later: 408.
    Duration read_header_timeout = std::chrono::minutes(1);  // the Collector's confighttp
    Duration read_timeout = std::chrono::minutes(1);
    Duration write_timeout = std::chrono::seconds(30);  // the Collector's confighttp
    Duration idle_timeout = std::chrono::minutes(5);
    // For a client that is still sending to read its answer: while it pauses no longer than this
    // (loopback and data centre, with room), and in all.
    Duration linger_pause = std::chrono::seconds(2);
    Duration linger_time = std::chrono::seconds(30);
    bool keep_alives_enabled = true;
    size_t max_connections = 4096;
    std::function<void()> on_accept_pause = nullptr;  // see Listener
  };

  HttpServer(Options options, HttpHandler& handler, MemoryBudget& budget, EventLoop& loop);
  // Shutdown() must have returned.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Listens. Errors as Listener::Start().
  [[nodiscard]] Status Start();

  // Closes the port and the idle connections, answers the requests under way with Connection:
  // close, and at `deadline` closes what is left. The loop must run. No call of the handler is
  // under way or comes when it returns. Safe without Start(), and a second time.
  void Shutdown(Deadline deadline);

  // Only after Start().
  const config::Endpoint& bound_endpoint() const;

  // Serves a connected, non-blocking socket as if it had been accepted. Takes it over.
  void Serve(int fd, std::string peer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spanhold::net
