#include "src/receiver/otlp/http_replies.h"

#include <cstdint>
#include <optional>
#include <string>

#include <absl/strings/str_cat.h>

namespace spanhold::otlp_receiver {
namespace {

// Exactly these, without parameters: the Go SDK and the Collector compare the whole value.
constexpr char kProtobufType[] = "application/x-protobuf";
constexpr char kJsonType[] = "application/json";

void AppendVarint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80U);
    value >>= 7U;
  }
  out += static_cast<char>(value);
}

// google.rpc.Status: code = 1 (int32), message = 2 (string).
std::string StatusProtobuf(int code, std::string_view message) {
  std::string out = "\x08";
  AppendVarint(out, static_cast<uint64_t>(code));
  out += '\x12';
  AppendVarint(out, message.size());
  return out.append(message);
}

// RFC 8259 section 7. Messages are valid UTF-8: ours, around names that the decoder has checked.
std::string StatusJson(int code, std::string_view message) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = absl::StrCat("{\"code\":", code, ",\"message\":\"");
  for (const char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    } else {
      out += c;
    }
  }
  return out + "\"}";
}

// Whole seconds (RFC 9110 section 10.2.3), at least one. Rounded to the nearest, which keeps clients
// apart that were given different delays.
std::string RetryAfterSeconds(Duration delay) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(delay).count();
  return std::to_string(seconds < 1 ? 1 : seconds);
}

}  // namespace

HttpFormat FormatOf(const net::HttpRequestHead& request) {
  std::string_view type = request.Header("Content-Type");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) {
    type.remove_suffix(1);
  }
  if (net::EqualsIgnoreCase(type, kProtobufType)) {
    return HttpFormat::kProtobuf;
  }
  return net::EqualsIgnoreCase(type, kJsonType) ? HttpFormat::kJson : HttpFormat::kOther;
}

int HttpCode(const Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
      return 503;
    case absl::StatusCode::kResourceExhausted:
      return RetryAfter(status) ? 429 : 413;
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kUnimplemented:
      return 404;
    default:
      return 500;
  }
}

HttpReplies::HttpReplies(const HttpConfig& config)
    : headers_(config.response_headers.begin(), config.response_headers.end()),
      cors_(config.cors) {}

net::HttpReply HttpReplies::Success(const net::HttpRequestHead& request) const {
  net::HttpReply reply;
  if (FormatOf(request) == HttpFormat::kJson) {
    reply.content_type = kJsonType;
    reply.body = "{}";
  } else {
    reply.content_type = kProtobufType;  // an empty ExportTraceServiceResponse has no bytes
  }
  AddHeaders(request, reply);
  return reply;
}

net::HttpReply HttpReplies::Error(const net::HttpRequestHead& request, const Status& status) const {
  return Error(request, status, HttpCode(status));
}

net::HttpReply HttpReplies::Error(const net::HttpRequestHead& request, const Status& status,
                                  int code) const {
  net::HttpReply reply;
  switch (FormatOf(request)) {
    case HttpFormat::kProtobuf:
      reply.content_type = kProtobufType;
      reply.body = StatusProtobuf(status.raw_code(), MessageOf(status));
      break;
    case HttpFormat::kJson:
      reply.content_type = kJsonType;
      reply.body = StatusJson(status.raw_code(), MessageOf(status));
      break;
    case HttpFormat::kOther:
      reply = net::TextReply(code, std::string(MessageOf(status)));
      break;
  }
  reply.status = code;
  if (const std::optional<Duration> delay = RetryAfter(status)) {
    reply.headers.emplace_back("Retry-After", RetryAfterSeconds(*delay));
  }
  AddHeaders(request, reply);
  return reply;
}

net::HttpReply HttpReplies::Text(const net::HttpRequestHead& request, int code,
                                 std::string_view text) const {
  net::HttpReply reply = net::TextReply(code, std::string(text));
  AddHeaders(request, reply);
  return reply;
}

std::optional<net::HttpReply> HttpReplies::Preflight(const net::HttpRequestHead& request) const {
  std::optional<net::HttpReply> reply = cors_.Preflight(request);
  if (reply) {
    reply->headers.insert(reply->headers.end(), headers_.begin(), headers_.end());
  }
  return reply;
}

void HttpReplies::AddHeaders(const net::HttpRequestHead& request, net::HttpReply& reply) const {
  reply.headers.insert(reply.headers.end(), headers_.begin(), headers_.end());
  cors_.AddTo(request, reply);
}

}  // namespace spanhold::otlp_receiver
