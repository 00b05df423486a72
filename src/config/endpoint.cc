#include "src/config/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>

#include <absl/strings/ascii.h>

#include "src/config/quote.h"

// endpoint  = [ scheme "://" ] host-port [ path ]  |  "unix:" [ "//" ] file
// scheme    = "http" | "https" | "grpc" | "dns"           ("dns" has an empty authority: "dns:///")
// host-port = [ host ] [ ":" port ]                       (an IPv6 address in brackets)

namespace spanhold::config {
namespace {

Status Invalid(const std::string& what, std::string_view text) {
  return absl::InvalidArgumentError(what + ", got " + Quote(text));
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool IsHostCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
}

// RFC 4291 section 2.2, with an RFC 4007 zone ("fe80::1%eth0").
bool IsIpv6(std::string_view host) {
  const std::string address(host.substr(0, host.find('%')));
  in6_addr parsed{};
  return inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
}

StatusOr<Endpoint> ParseUnix(std::string_view text) {
  std::string_view file = text.substr(std::string_view("unix:").size());
  if (StartsWith(file, "//")) {
    file.remove_prefix(2);
    if (!StartsWith(file, "/")) {
      return Invalid("want a path of a socket like \"unix:/run/spanhold.sock\"", text);
    }
  }
  if (file.empty() || file.find('\0') != std::string_view::npos) {
    return Invalid("want a path of a socket like \"unix:/run/spanhold.sock\"", text);
  }
  Endpoint endpoint;
  endpoint.scheme = "unix";
  endpoint.path = std::string(file);
  return endpoint;
}

Status ParsePort(std::string_view port, std::string_view text, Endpoint& endpoint) {
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (error != std::errc() || end != port.data() + port.size()) {
    return Invalid("want a port from 0 to 65535 like \"localhost:4317\"", text);
  }
  return absl::OkStatus();
}

Status ParseHostPort(std::string_view part, std::string_view text, Endpoint& endpoint) {
  std::string_view host;
  std::string_view rest;
  if (StartsWith(part, "[")) {
    const size_t bracket = part.find(']');
    host = part.substr(1, bracket == std::string_view::npos ? bracket : bracket - 1);
    rest = bracket == std::string_view::npos ? "" : part.substr(bracket + 1);
    if (bracket == std::string_view::npos || !IsIpv6(host) || (!rest.empty() && rest[0] != ':')) {
      return Invalid("want an IPv6 address like \"[::1]:4317\"", text);
    }
  } else {
    const size_t colon = part.find(':');
    host = part.substr(0, colon);
    rest = colon == std::string_view::npos ? "" : part.substr(colon);
    if (rest.find(':', 1) != std::string_view::npos) {
      return Invalid("want brackets around an IPv6 address, like \"[::1]:4317\"", text);
    }
    for (const char c : host) {
      if (!IsHostCharacter(c)) {
        return Invalid("want \"host:port\" like \"localhost:4317\"", text);
      }
    }
  }
  endpoint.host = std::string(host);
  return rest.empty() ? absl::OkStatus() : ParsePort(rest.substr(1), text, endpoint);
}

// What follows "scheme://".
Status ParseUrl(std::string_view rest, std::string_view text, Endpoint& endpoint) {
  const std::array<std::string_view, 4> known = {"http", "https", "grpc", "dns"};
  if (std::find(known.begin(), known.end(), endpoint.scheme) == known.end()) {
    return Invalid("want http, https, grpc, dns or unix before \"://\"", text);
  }
  if (endpoint.scheme == "dns") {
    if (!StartsWith(rest, "/")) {
      return Invalid("want \"dns:///host:4317\" (a name server of its own is not supported)", text);
    }
    rest.remove_prefix(1);
  }
  const size_t end = rest.find_first_of("/?#");
  const std::string_view authority = rest.substr(0, end);
  endpoint.path = end == std::string_view::npos ? "" : std::string(rest.substr(end));
  if (authority.find('@') != std::string_view::npos) {
    return absl::InvalidArgumentError(
        "want no user or password in a URL; set the \"authorization\" header instead");
  }
  if (authority.empty() || authority[0] == ':') {
    return Invalid("want a host after \"://\"", text);
  }
  for (const char c : endpoint.path) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c)) || c == '#') {
      return Invalid("want a URL path without spaces, \"#\" or other than ASCII characters", text);
    }
  }
  if (endpoint.scheme == "dns" || endpoint.scheme == "grpc") {
    if (endpoint.path.size() > 1) {
      return Invalid("want no path after \"host:port\"", text);
    }
    endpoint.path.clear();
  }
  if (!endpoint.path.empty() && endpoint.path[0] == '?') {
    endpoint.path.insert(0, "/");
  }
  return ParseHostPort(authority, text, endpoint);
}

}  // namespace

std::string Endpoint::Authority() const {
  if (is_unix()) {
    return "unix:" + path;
  }
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

StatusOr<Endpoint> ParseEndpoint(std::string_view text) {
  if (StartsWith(text, "unix:")) {
    return ParseUnix(text);
  }
  Endpoint endpoint;
  if (const size_t colon = text.find("://"); colon != std::string_view::npos) {
    endpoint.scheme = absl::AsciiStrToLower(std::string(text.substr(0, colon)));
    SPANHOLD_RETURN_IF_ERROR(ParseUrl(text.substr(colon + 3), text, endpoint));
    return endpoint;
  }
  if (text.empty()) {
    return Invalid("want \"host:port\" like \"localhost:4317\"", text);
  }
  SPANHOLD_RETURN_IF_ERROR(ParseHostPort(text, text, endpoint));
  return endpoint;
}

}  // namespace spanhold::config
