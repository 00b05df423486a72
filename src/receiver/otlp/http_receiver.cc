#include "src/receiver/otlp/http_receiver.h"

#include <algorithm>
#include <utility>

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

namespace spanhold::otlp_receiver {
namespace {

// For requests under way at shutdown: they come from nearby, and the exporters need the rest of the
// time for what is held.
constexpr Duration kDrainTime = std::chrono::seconds(2);

using net::HttpReply;
using net::HttpRequestHead;

// What is decoded from a request has to fit in beside it.
uint64_t LargestRequest(const HttpConfig& config, const MemoryBudget& budget) {
  return std::min(config.max_request_body_size, budget.limit() / 2);
}

std::string_view EncodingOf(const HttpRequestHead& head) {
  const std::string_view name = head.Header("Content-Encoding");
  return name == "identity" ? "" : name;
}

absl::StatusCode CodeOf(int http_status) {
  switch (http_status) {
    case 413:
      return absl::StatusCode::kResourceExhausted;
    case 408:
      return absl::StatusCode::kDeadlineExceeded;
    case 501:
      return absl::StatusCode::kUnimplemented;
    case 503:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInvalidArgument;
  }
}

}  // namespace

HttpReceiver::HttpReceiver(const HttpConfig& config, const Parts& parts)
    : receiver_(parts.account.receiver()),
      largest_request_(LargestRequest(config, parts.budget)),
      limited_by_budget_(largest_request_ < config.max_request_body_size),
      traces_path_(config.traces_url_path),
      metrics_path_(config.metrics_url_path),
      logs_path_(config.logs_url_path),
      encodings_(config.compression_algorithms),
      account_(parts.account),
      clock_(parts.clock),
      answers_(std::make_shared<Answers>(config, parts)),
      metrics_("metrics", parts.account, parts.telemetry, parts.clock),
      logs_("logs", parts.account, parts.telemetry, parts.clock),
      ingest_(parts.admission, parts.account, parts.budget, largest_request_),
      server_(ServerOptions(config, parts), *this, parts.budget, parts.loop) {}

HttpReceiver::~HttpReceiver() = default;

net::HttpServer::Options HttpReceiver::ServerOptions(const HttpConfig& config,
                                                     const Parts& parts) const {
  Counter& pauses =
      parts.telemetry.AddCounter("spanhold_receiver_accept_pauses",
                                 "Moments without accepting: too many connections or open files.",
                                 {{"receiver", receiver_}, {"transport", "http"}});
  net::HttpServer::Options options;
  options.name = receiver_ + " http";
  options.endpoint = config.ListenEndpoint();
  options.max_body_size = largest_request_;
  options.read_header_timeout = config.read_header_timeout;
  options.read_timeout = config.read_timeout;
  options.write_timeout = config.write_timeout;
  options.idle_timeout = config.idle_timeout;
  options.keep_alives_enabled = config.keep_alives_enabled;
  options.on_accept_pause = [&pauses] {
    pauses.Add(1);
  };
  return options;
}

Status HttpReceiver::Start() {
  SPANHOLD_RETURN_IF_ERROR(server_.Start());
  if (limited_by_budget_) {
    Log(LogLevel::kInfo, receiver_, "requests are limited to half of the memory budget",
        {{"transport", "http"}, {"limit_bytes", largest_request_}});
  }
  return absl::OkStatus();
}

Status HttpReceiver::Shutdown(Deadline deadline) {
  server_.Shutdown(std::min(deadline, clock_.Now() + kDrainTime));
  return absl::OkStatus();
}

std::optional<HttpReply> HttpReceiver::OnHead(const HttpRequestHead& head) {
  if (std::optional<HttpReply> preflight = answers_->replies.Preflight(head)) {
    return preflight;
  }
  if (std::optional<HttpReply> elsewhere = RouteElsewhere(head)) {
    return elsewhere;
  }
  if (head.method != "POST") {
    HttpReply reply =
        answers_->replies.Text(head, 405, "405 method not allowed, supported: [POST]");
    reply.headers.emplace_back("Allow", "POST");
    return Reject(head, std::move(reply), "not a POST");
  }
  if (FormatOf(head) == HttpFormat::kOther) {
    return Reject(
        head,
        answers_->replies.Text(head, 415,
                               "415 unsupported media type, supported: [application/json, "
                               "application/x-protobuf]"),
        "the Content-Type is not OTLP's");
  }
  if (!IsAcceptedEncoding(EncodingOf(head))) {
    const Status status = absl::InvalidArgumentError(absl::StrCat(
        "unsupported Content-Encoding \"", absl::CHexEscape(std::string(EncodingOf(head))),
        "\", supported: [", absl::StrJoin(encodings_, ", "), "]"));
    return Reject(head, answers_->replies.Error(head, status), MessageOf(status));
  }
  return std::nullopt;
}

// What is not for the traces' handler. A per-signal endpoint without a path makes SDKs send to "/"
// (OTLP exporter specification, "Endpoint URLs").
std::optional<HttpReply> HttpReceiver::RouteElsewhere(const HttpRequestHead& head) {
  const std::string_view path = head.Path();
  if (path == traces_path_ ||
      (path == "/" && head.method == "POST" && FormatOf(head) != HttpFormat::kOther)) {
    return std::nullopt;
  }
  if (path == metrics_path_) {
    return answers_->replies.Error(head, metrics_.Refuse(head.peer));
  }
  if (path == logs_path_) {
    return answers_->replies.Error(head, logs_.Refuse(head.peer));
  }
  return Reject(head, answers_->replies.Text(head, 404, "404 page not found"), "no such path");
}

bool HttpReceiver::IsAcceptedEncoding(std::string_view name) const {
  return std::find(encodings_.begin(), encodings_.end(), name) != encodings_.end();
}

// A final answer to what is not an OTLP request.
HttpReply HttpReceiver::Reject(const HttpRequestHead& head, HttpReply reply, std::string_view why) {
  account_.RejectedRequest();
  answers_->LogRejected(head, reply.status, why);
  return reply;
}

void HttpReceiver::OnRequest(const HttpRequestHead& head, Bytes body, Respond respond) {
  const std::string_view encoding = EncodingOf(head);
  Payload payload;
  payload.body = std::move(body);
  payload.encoding =
      encoding.empty() ? compress::Encoding::kIdentity : *compress::ParseEncoding(encoding);
  payload.json = FormatOf(head) == HttpFormat::kJson;
  ingest_.Handle(std::move(payload),
                 [answers = answers_, &head, respond = std::move(respond)](
                     const Status& status) mutable { respond(answers->After(head, status)); });
}

HttpReply HttpReceiver::OnError(const HttpRequestHead& head, const net::HttpError& error) {
  const Status status(CodeOf(error.status), error.message);
  if (error.status != 503) {
    return Reject(head, answers_->replies.Error(head, status, error.status), error.message);
  }
  account_.Refused(0);
  answers_->LogRefused(head, status);
  return answers_->replies.Error(head, answers_->retry_delay.AddTo(status));
}

HttpReply HttpReceiver::Answers::After(const HttpRequestHead& head, const Status& status) {
  if (status.ok()) {
    return replies.Success(head);
  }
  HttpReply reply = replies.Error(head, retry_delay.AddTo(status));
  if (IsRetryable(status)) {
    LogRefused(head, status);
  } else {
    LogRejected(head, reply.status, MessageOf(status));
  }
  return reply;
}

void HttpReceiver::Answers::LogRejected(const HttpRequestHead& head, int code,
                                        std::string_view why) {
  rejected_log.Log(LogLevel::kWarn, receiver, "rejected a request",
                   {{"peer", head.peer},
                    {"method", head.method},
                    {"target", head.target},
                    {"status", code},
                    {"error", why}});
}

void HttpReceiver::Answers::LogRefused(const HttpRequestHead& head, const Status& status) {
  refused_log.Log(LogLevel::kWarn, receiver, "asked a client to send again later",
                  {{"peer", head.peer}, {"error", status}});
}

}  // namespace spanhold::otlp_receiver
