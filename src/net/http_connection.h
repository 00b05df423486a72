#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <absl/functional/any_invocable.h>

#include "src/core/rope.h"
#include "src/core/status.h"
#include "src/net/event_loop.h"
#include "src/net/http_client.h"
#include "src/net/tls_context.h"

namespace spanhold::net {

// Where an HttpClient's connections go.
struct HttpTarget {
  std::string host;
  uint16_t port = 0;
  TlsContext tls;           // null: in clear
  std::string server_name;  // expected in the certificate
  uint64_t max_response_body = 0;
};

// One client connection, for one request at a time.
//
// Threading: bound to a strand: functions handed to Post() run on it, and so do the callbacks. All
// other functions are to be called there.
class HttpConnection {
 public:
  // A strand of `loop`, which several connections share.
  class Strand {
   public:
    virtual ~Strand() = default;
    virtual void Post(absl::AnyInvocable<void()> function) = 0;
    virtual std::shared_ptr<HttpConnection> NewConnection(const HttpTarget& target) = 0;
  };
  static std::unique_ptr<Strand> NewStrand(EventLoop& loop);

  virtual ~HttpConnection() = default;

  // Resolves the host, connects, shakes hands. kUnavailable says what failed.
  virtual void Open(absl::AnyInvocable<void(Status)> done) = 0;

  // Writes a request and reads its answer. `head` and `body` must live until `done` is called.
  // kUnavailable: the connection broke. kResourceExhausted: the answer is too large.
  virtual void RoundTrip(std::string_view head, const Rope& body,
                         absl::AnyInvocable<void(StatusOr<HttpResponse>)> done) = 0;

  // Whether a byte of an answer has come in the last RoundTrip().
  virtual bool answered() const = 0;
  // Whether another request may follow, after one that went well.
  virtual bool keep_alive() const = 0;
  // Whether the server has closed it meanwhile.
  virtual bool IsStale() = 0;

  // What is under way ends with an error.
  virtual void Close() = 0;
};

}  // namespace spanhold::net
