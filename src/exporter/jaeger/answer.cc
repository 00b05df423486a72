#include "src/exporter/jaeger/answer.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "src/exporter/sending/too_large.h"

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
  if (sending::SaysTooLarge(status)) {
    return status;
  }
  switch (status.code()) {
    case absl::StatusCode::kUnknown:
      return Status(absl::StatusCode::kUnavailable, status.message());
    case absl::StatusCode::kResourceExhausted:
      return RetryAfter(status) ? status : Status(absl::StatusCode::kUnavailable, status.message());
    case absl::StatusCode::kUnimplemented:
      return Annotate(status, "no Jaeger collector; check `endpoint` and `protocol`");
    default:
      return status;
  }
}

}  // namespace spanhold::jaeger
