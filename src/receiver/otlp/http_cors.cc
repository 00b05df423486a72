#include "src/receiver/otlp/http_cors.h"

#include <algorithm>
#include <array>
#include <utility>

#include <absl/strings/str_join.h>

namespace spanhold::otlp_receiver {
namespace {

// `pattern` with at most one `*`; letters compare without case, as origins do.
bool Matches(std::string_view pattern, std::string_view origin) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) {
    return net::EqualsIgnoreCase(pattern, origin);
  }
  const std::string_view begin = pattern.substr(0, star);
  const std::string_view end = pattern.substr(star + 1);
  return origin.size() >= begin.size() + end.size() &&
         net::EqualsIgnoreCase(begin, origin.substr(0, begin.size())) &&
         net::EqualsIgnoreCase(end, origin.substr(origin.size() - end.size()));
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool Contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

Cors::Cors(CorsConfig config)
    : config_(std::move(config)),
      any_origin_(Contains(config_.allowed_origins, "*")),
      any_header_(Contains(config_.allowed_headers, "*")) {
  // SDKs in browsers wait as long as they are told, if they can see it.
  std::vector<std::string> exposed = config_.exposed_headers;
  if (std::none_of(exposed.begin(), exposed.end(), [](const std::string& name) {
        return net::EqualsIgnoreCase(name, "Retry-After");
      })) {
    exposed.emplace_back("Retry-After");
  }
  exposed_headers_ = absl::StrJoin(exposed, ", ");
}

std::optional<net::HttpReply> Cors::Preflight(const net::HttpRequestHead& request) const {
  const std::string_view method = request.Header("Access-Control-Request-Method");
  if (!enabled() || request.method != "OPTIONS" || method.empty()) {
    return std::nullopt;
  }
  net::HttpReply reply;
  reply.status = 204;
  reply.headers.emplace_back(
      "Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
  const std::string_view origin = request.Header("Origin");
  const std::string_view headers = request.Header("Access-Control-Request-Headers");
  // Without these headers the browser refuses the page.
  if (!IsAllowedOrigin(origin) || method != "POST" || !AreAllowedHeaders(headers)) {
    return reply;
  }
  AllowOrigin(origin, reply);
  reply.headers.emplace_back("Access-Control-Allow-Methods", "POST");
  if (!headers.empty()) {
    reply.headers.emplace_back("Access-Control-Allow-Headers", headers);
  }
  if (config_.max_age > 0) {
    reply.headers.emplace_back("Access-Control-Max-Age", std::to_string(config_.max_age));
  }
  return reply;
}

void Cors::AddTo(const net::HttpRequestHead& request, net::HttpReply& reply) const {
  if (!enabled()) {
    return;
  }
  reply.headers.emplace_back("Vary", "Origin");
  const std::string_view origin = request.Header("Origin");
  if (!IsAllowedOrigin(origin)) {
    return;
  }
  AllowOrigin(origin, reply);
  reply.headers.emplace_back("Access-Control-Expose-Headers", exposed_headers_);
}

void Cors::AllowOrigin(std::string_view origin, net::HttpReply& reply) const {
  reply.headers.emplace_back("Access-Control-Allow-Origin", any_origin_ ? "*" : origin);
  reply.headers.emplace_back("Access-Control-Allow-Credentials", "true");
}

bool Cors::IsAllowedOrigin(std::string_view origin) const {
  return !origin.empty() &&
         std::any_of(config_.allowed_origins.begin(), config_.allowed_origins.end(),
                     [&](const std::string& pattern) { return Matches(pattern, origin); });
}

bool Cors::AreAllowedHeaders(std::string_view list) const {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    const std::string_view name = Trim(list.substr(0, comma));
    if (!name.empty() && !IsAllowedHeader(name)) {
      return false;
    }
    list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
  }
  return true;
}

bool Cors::IsAllowedHeader(std::string_view name) const {
  // The Collector's: what Fetch calls safelisted, and one more when no list is given.
  constexpr std::array<std::string_view, 5> kAlways = {"Accept", "Accept-Language", "Content-Type",
                                                       "Content-Language", "X-Requested-With"};
  const size_t always = config_.allowed_headers.empty() ? kAlways.size() : kAlways.size() - 1;
  const auto equals = [&](std::string_view allowed) {
    return net::EqualsIgnoreCase(allowed, name);
  };
  return any_header_ || std::any_of(kAlways.begin(), kAlways.begin() + always, equals) ||
         std::any_of(config_.allowed_headers.begin(), config_.allowed_headers.end(), equals);
}

}  // namespace spanhold::otlp_receiver
