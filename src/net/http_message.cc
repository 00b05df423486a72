#include "src/net/http_message.h"

#include <algorithm>

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <boost/beast/http/status.hpp>

namespace spanhold::net {

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return absl::ascii_tolower(static_cast<unsigned char>(x)) ==
           absl::ascii_tolower(static_cast<unsigned char>(y));
  });
}

bool IsValidHeader(std::string_view name, std::string_view value) {
  const auto in_token = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  const auto in_value = [](char c) {
    return c == '\t' || !absl::ascii_iscntrl(static_cast<unsigned char>(c));
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), in_token) &&
         std::all_of(value.begin(), value.end(), in_value);
}

std::string_view HttpRequestHead::Path() const {
  std::string_view path = target;
  // RFC 9112 section 3.2.2: the absolute form, "http://host/path", is to be understood too.
  if (const size_t scheme = path.find("://"); scheme != std::string_view::npos && path[0] != '/') {
    const size_t slash = path.find('/', scheme + 3);
    path = slash == std::string_view::npos ? "/" : path.substr(slash);
  }
  return path.substr(0, path.find('?'));
}

std::string_view HttpRequestHead::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (EqualsIgnoreCase(key, name)) {
      return value;
    }
  }
  return {};
}

HttpReply TextReply(int status, std::string text) {
  HttpReply reply;
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = std::move(text);
  reply.body += '\n';
  return reply;
}

void AppendReplyHead(std::string& out, const HttpReply& reply, AfterReply after,
                     std::string_view date) {
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(reply.status));
  absl::StrAppend(&out, "HTTP/1.1 ", reply.status, " ",
                  absl::string_view(reason.data(), reason.size()),
                  "\r\nDate: ", absl::string_view(date.data(), date.size()), "\r\n");
  if (!reply.content_type.empty()) {
    absl::StrAppend(&out, "Content-Type: ", reply.content_type, "\r\n");
  }
  if (MayHaveBody(reply.status)) {
    absl::StrAppend(&out, "Content-Length: ", reply.body.size(), "\r\n");
  }
  for (const auto& [name, value] : reply.headers) {
    absl::StrAppend(&out, name, ": ", value, "\r\n");
  }
  if (after == AfterReply::kClose) {
    out += "Connection: close\r\n";
  } else if (after == AfterReply::kKeepAliveHttp10) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

bool MayHaveBody(int status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace spanhold::net
