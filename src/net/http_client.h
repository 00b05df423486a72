#pragma once

#include <memory>
#include <string>

#include <absl/functional/any_invocable.h>

#include "src/config/endpoint.h"
#include "src/config/tls.h"
#include "src/core/clock.h"
#include "src/core/rope.h"
#include "src/core/status.h"
#include "src/net/event_loop.h"
#include "src/net/http_message.h"

namespace spanhold::net {

struct HttpRequest {
  std::string method = "POST";
  std::string target;   // path and query
  HttpHeaders headers;  // besides Host, Content-Length and Connection
  Rope body;
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
  bool broke_off = false;  // the connection broke before the body was complete

  // The first value of a header, whatever its case; empty when absent.
  std::string_view Header(std::string_view name) const;
};

// Sends requests to one host over a pool of keep-alive HTTP/1.1 connections, in clear or with TLS.
// Names are resolved anew for each new connection. A request on a kept connection that the server
// had closed meanwhile is sent once more on a new one, if no byte of an answer had come.
//
// Threading: thread-safe; callbacks run on the loop.
class HttpClient {
 public:
  struct Options {
    config::Endpoint endpoint;                         // scheme http or https, host, port
    config::TlsClientConfig tls;                       // used with https
    Duration idle_timeout = std::chrono::seconds(90);  // the Collector's idle_conn_timeout
    uint64_t max_response_body = 4 << 20;  // OTLP 1.11: clients bound the response at 4 MiB
  };

  // Called exactly once. kUnavailable: no connection or it broke; kDeadlineExceeded;
  // kResourceExhausted: the answer is too large; kCancelled by Shutdown(), and before Start(). Any
  // HTTP status is an OK result, also when the body after it broke off.
  using Done = absl::AnyInvocable<void(StatusOr<HttpResponse>)>;

  HttpClient(Options options, EventLoop& loop);
  // Shutdown() must have returned.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Reads certificates. An error names the file.
  Status Start();
  void Send(HttpRequest request, Deadline deadline, Done done);
  // Ends open requests with kCancelled, closes all connections; no callback runs any more when it
  // returns. The loop must run, and this not be called from it. Safe without Start(), and a second
  // time.
  void Shutdown();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // last owner: the last handler still in the loop
};

}  // namespace spanhold::net
