#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <absl/functional/function_ref.h>

#include "src/core/status.h"
#include "src/net/http_message.h"

namespace spanhold::net {

// HTTP/1.0 and 1.1 requests, from bytes in memory (RFC 9112). Knows nothing of sockets.
//
// Threading: thread-compatible.
class HttpRequestParser {
 public:
  HttpRequestParser();
  ~HttpRequestParser();
  HttpRequestParser(const HttpRequestParser&) = delete;
  HttpRequestParser& operator=(const HttpRequestParser&) = delete;

  // The size of the head at the start of `bytes`, from the method to the blank line; 0 while it is
  // incomplete. The first `scanned` bytes are known to hold no end.
  static size_t FindHead(std::string_view bytes, size_t scanned);

  // Starts a new request. `bytes` is a whole head, and the views in head() point into it.
  //
  // kInvalidArgument: malformed, or ambiguous in where its body ends. kUnimplemented: a transfer
  // coding other than chunked.
  [[nodiscard]] Status ParseHead(std::string_view bytes);

  // After an OK ParseHead():
  HttpRequestHead& head();
  bool is_http10() const;
  // Whether the client wants the connection for more requests.
  bool keep_alive() const;
  bool expects_continue() const;
  bool chunked() const;
  bool has_content_length() const;
  uint64_t content_length() const;  // 0 without one

  // A chunked body: calls `sink` with the data found in `bytes` and returns how many of these are
  // done with; the rest is to be given again, with more behind it. kInvalidArgument: malformed.
  [[nodiscard]] StatusOr<size_t> Dechunk(std::string_view bytes,
                                         absl::FunctionRef<void(std::string_view)> sink);
  // After the last chunk and the trailers.
  bool chunks_done() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spanhold::net
