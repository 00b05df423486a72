#pragma once

#include <string_view>

#include "src/core/status.h"
#include "src/net/http_message.h"
#include "src/receiver/otlp/http_config.h"
#include "src/receiver/otlp/http_cors.h"

namespace spanhold::otlp_receiver {

// What a request's body is, by its Content-Type.
enum class HttpFormat { kProtobuf, kJson, kOther };
HttpFormat FormatOf(const net::HttpRequestHead& request);

// The HTTP status that stands for `status`: the table of OTLP's "Failures" section as the Collector
// fills it in, and 413 for what is too large.
int HttpCode(const Status& status);

// Writes the receiver's answers: a body in the request's format, the configured headers and those of
// CORS.
//
// Threading: immutable.
class HttpReplies {
 public:
  explicit HttpReplies(const HttpConfig& config);

  net::HttpReply Success(const net::HttpRequestHead& request) const;

  // A google.rpc.Status in the request's format, or text when it has none; with Retry-After when
  // `status` has one.
  net::HttpReply Error(const net::HttpRequestHead& request, const Status& status) const;
  // The same with an HTTP status that no Status stands for.
  net::HttpReply Error(const net::HttpRequestHead& request, const Status& status, int code) const;

  // Text, as the Collector answers requests that are none of OTLP.
  net::HttpReply Text(const net::HttpRequestHead& request, int code, std::string_view text) const;

  // Nothing when it is no preflight request.
  std::optional<net::HttpReply> Preflight(const net::HttpRequestHead& request) const;

 private:
  void AddHeaders(const net::HttpRequestHead& request, net::HttpReply& reply) const;

  const net::HttpHeaders headers_;
  const Cors cors_;
};

}  // namespace spanhold::otlp_receiver
