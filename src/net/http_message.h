#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/inlined_vector.h>

namespace spanhold::net {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// ASCII letters alike; the rest byte by byte: how header names compare (RFC 9110 section 5.1).
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

// Whether a header with this name and value can be sent as it is: a token, and no control characters
// such as the line break at the end of a secret's file (RFC 9110 section 5).
bool IsValidHeader(std::string_view name, std::string_view value);

// A request before its body. The views live until the request is answered.
struct HttpRequestHead {
  std::string_view method;
  std::string_view target;  // as sent
  absl::InlinedVector<std::pair<std::string_view, std::string_view>, 16> headers;
  std::string_view peer;  // "127.0.0.1:51234", for log lines

  // The path of the target, without the query.
  std::string_view Path() const;

  // The first value of a header, whatever its case; empty when absent.
  std::string_view Header(std::string_view name) const;
};

// An answer. Date, Content-Length and Connection are added when it is written.
struct HttpReply {
  int status = 200;
  std::string content_type;  // "": no Content-Type
  HttpHeaders headers;
  std::string body;
};

// A reply of plain text, for people.
HttpReply TextReply(int status, std::string text);

// How the connection goes on after a reply.
enum class AfterReply { kKeepAlive, kKeepAliveHttp10, kClose };

// Appends the status line and the headers of `reply`, and the blank line after them. `date` is an
// HTTP-date.
void AppendReplyHead(std::string& out, const HttpReply& reply, AfterReply after,
                     std::string_view date);

// Whether a reply with this status may have a body at all (RFC 9110 section 6.4.1).
bool MayHaveBody(int status);

}  // namespace spanhold::net
