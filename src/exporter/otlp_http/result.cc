#include "src/exporter/otlp_http/result.h"

#include <optional>
#include <string>
#include <string_view>

#include <absl/strings/str_cat.h>
#include <google/protobuf/util/json_util.h>
#include <google/rpc/status.pb.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include "src/core/one_line.h"
#include "src/exporter/sending/http_failure.h"
#include "src/net/http_message.h"

namespace spanhold::otlp_http {
namespace {

using opentelemetry::proto::collector::trace::v1::ExportTraceServiceResponse;

std::string_view MediaType(const net::HttpResponse& response) {
  const std::string_view type = response.Header("Content-Type");
  return type.substr(0, type.find(';'));
}

// The body as a message of the format that the answer says it has.
template <typename Message>
std::optional<Message> Parse(const net::HttpResponse& response) {
  Message message;
  if (net::EqualsIgnoreCase(MediaType(response), "application/x-protobuf")) {
    return message.ParseFromString(response.body) ? std::optional(message) : std::nullopt;
  }
  if (net::EqualsIgnoreCase(MediaType(response), "application/json")) {
    google::protobuf::util::JsonParseOptions options;
    options.ignore_unknown_fields = true;
    return google::protobuf::util::JsonStringToMessage(response.body, &message, options).ok()
               ? std::optional(message)
               : std::nullopt;
  }
  return std::nullopt;
}

// The backend's words: of a google.rpc.Status, else the body itself when it is text.
std::string Words(const net::HttpResponse& response) {
  if (const auto status = Parse<google::rpc::Status>(response);
      status && !status->message().empty()) {
    return OneLine(status->message());
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
  if (const auto reply = Parse<ExportTraceServiceResponse>(response)) {
    const auto& partial = reply->partial_success();
    result.rejected_spans =
        partial.rejected_spans() > 0 ? static_cast<uint64_t>(partial.rejected_spans()) : 0;
    result.message = OneLine(partial.error_message());
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
