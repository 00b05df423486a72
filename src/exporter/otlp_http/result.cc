#include "src/exporter/otlp_http/result.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <absl/strings/str_cat.h>

#include "src/core/one_line.h"
#include "src/exporter/sending/http_failure.h"
#include "src/net/http_message.h"
#include "src/otlp/rpc_messages.h"

namespace spanhold::otlp_http {
namespace {

std::string_view MediaType(const net::HttpResponse& response) {
  const std::string_view type = response.Header("Content-Type");
  return type.substr(0, type.find(';'));
}

// The body as a message of the format that the answer says it has.
template <typename Message>
std::optional<Message> Read(const net::HttpResponse& response,
                            std::optional<Message> (*read_protobuf)(std::string_view),
                            std::optional<Message> (*read_json)(std::string_view)) {
  if (net::EqualsIgnoreCase(MediaType(response), "application/x-protobuf")) {
    return read_protobuf(response.body);
  }
  if (net::EqualsIgnoreCase(MediaType(response), "application/json")) {
    return read_json(response.body);
  }
  return std::nullopt;
}

// The backend's words: of a google.rpc.Status, else the body itself when it is text.
std::string Words(const net::HttpResponse& response) {
  if (const auto status = Read(response, &otlp::ReadRpcStatus, &otlp::ReadRpcStatusJson);
      status && !status->message.empty()) {
    return OneLine(status->message);
  }
  if (MediaType(response) == "application/x-protobuf") {
    return "";
  }
  std::string_view text = response.body;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return OneLine(text);
}

sending::SendResult Success(const net::HttpResponse& response) {
  sending::SendResult result;
  if (response.body.empty()) {
    return result;
  }
  if (const auto answer =
          Read(response, &otlp::ReadExportResponse, &otlp::ReadExportResponseJson)) {
    result.rejected_spans = static_cast<uint64_t>(std::max<int64_t>(answer->rejected_spans, 0));
    result.message = OneLine(answer->error_message);
  }
  return result;
}

Status Failure(const net::HttpResponse& response) {
  const std::string words = Words(response);
  const std::string text = absl::StrCat("HTTP ", response.status, words.empty() ? "" : ": ", words);
  switch (response.status) {
    case 429:
    case 502:
    case 503:
    case 504:
      return absl::UnavailableError(text);
    case 400:
      return absl::InvalidArgumentError(text);
    case 401:
      return absl::UnauthenticatedError(text);
    case 403:
      return absl::PermissionDeniedError(text);
    case 404:
      return absl::UnimplementedError(absl::StrCat(text, "; is the URL right?"));
    default:
      break;
  }
  if (response.status / 100 == 3) {
    const std::string_view location = response.Header("Location");
    return absl::FailedPreconditionError(
        absl::StrCat("HTTP ", response.status, ": redirects are not followed; set the endpoint to ",
                     location.empty() ? "where it leads" : OneLine(location)));
  }
  return absl::InternalError(text);
}

}  // namespace

sending::SendResult ResultOf(const StatusOr<net::HttpResponse>& answer, WallTime now) {
  if (!answer.ok()) {
    return {answer.status(), 0, {}};
  }
  return answer->status / 100 == 2 ? Success(*answer)
                                   : sending::HttpFailure(*answer, Failure(*answer), now);
}

}  // namespace spanhold::otlp_http
