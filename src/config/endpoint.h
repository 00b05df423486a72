#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "src/core/status.h"

namespace spanhold::config {

// A place to listen on or to send to.
//   listen:  "localhost:4317", "[::1]:4317", ":4317" and "0.0.0.0:4317" (every interface),
//            "unix:/run/spanhold.sock", "unix:///run/spanhold.sock"
//   send to: the same, and "http://host:4318/path", "https://...", "grpc://...", "dns:///host:4317"
struct Endpoint {
  std::string scheme;  // "", "http", "https", "grpc", "dns" or "unix"; lower case
  std::string host;    // without brackets; empty: every interface
  uint16_t port = 0;   // 0: none given (to listen on: any free one, which is for tests)
  std::string path;    // of a unix socket, or of a URL with its query, "" when absent

  bool is_unix() const { return scheme == "unix"; }
  // "host:port" with brackets around IPv6, or "unix:path".
  std::string Authority() const;
};

// kInvalidArgument says what is wrong and shows a right one.
StatusOr<Endpoint> ParseEndpoint(std::string_view text);

}  // namespace spanhold::config
