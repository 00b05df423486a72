#include "src/exporter/jaeger/answer.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace spanhold::jaeger {
namespace {

// Jaeger answers errors with a line of text; a proxy in front of it perhaps with a page of HTML.
std::string_view FirstLine(std::string_view body) {
  constexpr size_t kLongest = 200;
  return body.substr(0, std::min(body.find_first_of("\r\n"), kLongest));
}

constexpr char kWebPage[] =
    "a web page answered, no Jaeger collector (which listens on 14268, its pages are on 16686); "
    "check "
    "`endpoint`";

// Jaeger's user interface answers anything at all with 200 and its page.
bool IsWebPage(const net::HttpResponse& response) {
  return response.Header("Content-Type").starts_with("text/html");
}

// grpc-go: "grpc: received message larger than max (5000000 vs. 4194304)". It can never be taken.
bool IsTooLarge(const Status& status) {
  return MessageOf(status).find("larger than max") != std::string_view::npos;
}

}  // namespace

Status ReadHttpAnswer(const net::HttpResponse& response) {
  if (response.status / 100 == 2) {
    return IsWebPage(response) ? absl::InvalidArgumentError(kWebPage) : absl::OkStatus();
  }
  std::string message = "Jaeger answered HTTP " + std::to_string(response.status);
  if (const std::string_view line = FirstLine(response.body); !line.empty()) {
    message += ": " + std::string(line);
  }
  if (response.status == 429 || response.status / 100 == 5) {
    return absl::UnavailableError(message);
  }
  if (response.status == 404 || response.status == 405) {
    message += "; check the path of `endpoint`";
  }
  return absl::InvalidArgumentError(message);
}

Status ReadGrpcAnswer(const Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnknown:
      return Status(absl::StatusCode::kUnavailable, status.message());
    case absl::StatusCode::kResourceExhausted:
      if (RetryAfter(status) || IsTooLarge(status)) {
        return status;
      }
      return Status(absl::StatusCode::kUnavailable, status.message());
    case absl::StatusCode::kUnimplemented:
      return Annotate(status, "no Jaeger collector; check `endpoint` and `protocol`");
    default:
      return status;
  }
}

}  // namespace spanhold::jaeger
