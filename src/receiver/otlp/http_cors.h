#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/net/http_message.h"
#include "src/receiver/otlp/http_config.h"

namespace spanhold::otlp_receiver {

// Cross-origin permissions for web pages, answered as the Collector answers them (the Fetch
// standard, "CORS protocol"). Credentials are always allowed.
//
// Threading: immutable.
class Cors {
 public:
  explicit Cors(CorsConfig config);

  // The answer to a preflight request; nothing for other requests, or when CORS is off.
  std::optional<net::HttpReply> Preflight(const net::HttpRequestHead& request) const;

  // Adds the headers that let the page read `reply`; none for requests that no page sent.
  void AddTo(const net::HttpRequestHead& request, net::HttpReply& reply) const;

 private:
  bool enabled() const { return !config_.allowed_origins.empty(); }
  bool IsAllowedOrigin(std::string_view origin) const;
  bool AreAllowedHeaders(std::string_view list) const;
  bool IsAllowedHeader(std::string_view name) const;
  void AllowOrigin(std::string_view origin, net::HttpReply& reply) const;

  const CorsConfig config_;
  bool any_origin_ = false;
  bool any_header_ = false;
  std::string exposed_headers_;
};

}  // namespace spanhold::otlp_receiver
