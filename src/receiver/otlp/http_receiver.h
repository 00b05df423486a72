#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/core/clock.h"
#include "src/core/log.h"
#include "src/core/memory_budget.h"
#include "src/core/random.h"
#include "src/net/event_loop.h"
#include "src/net/http_server.h"
#include "src/pipeline/admission.h"
#include "src/pipeline/component.h"
#include "src/pipeline/ledger.h"
#include "src/pipeline/telemetry.h"
#include "src/receiver/otlp/http_config.h"
#include "src/receiver/otlp/http_replies.h"
#include "src/receiver/otlp/ingest.h"
#include "src/receiver/otlp/other_signal.h"
#include "src/receiver/otlp/retry_delay.h"

namespace spanhold::otlp_receiver {

// OTLP/HTTP: takes traces on `POST <traces_url_path>` and `POST /`, in protobuf or JSON, and answers
// in the same format. See http.md for what is answered when.
//
// Threading: thread-safe; works on the loop's threads.
// Ownership: what `Parts` refers to must outlive it and the last answer of the admission.
// Counts: in the account, each request that was begun; metrics and logs in
//         spanhold_receiver_unsupported_requests{receiver,transport,signal};
//         spanhold_receiver_accept_pauses{receiver,transport}.
class HttpReceiver final : public Component, public net::HttpHandler {
 public:
  struct Parts {
    Admission& admission;
    ReceiverAccount& account;  // of this receiver, transport "http"
    MemoryBudget& budget;
    Telemetry& telemetry;
    const Clock& clock;
    Random& random;
    net::EventLoop& loop;  // runs from before Start() until after Shutdown()
  };

  HttpReceiver(const HttpConfig& config, const Parts& parts);
  ~HttpReceiver() override;
  HttpReceiver(const HttpReceiver&) = delete;
  HttpReceiver& operator=(const HttpReceiver&) = delete;

  [[nodiscard]] Status Start() override;
  // Waits for requests under way for 2 s at most, however late the deadline.
  [[nodiscard]] Status Shutdown(Deadline deadline) override;

  // Only after Start().
  const config::Endpoint& bound_endpoint() const { return server_.bound_endpoint(); }

  // Serves a connected, non-blocking socket as if it had been accepted. Takes it over.
  void Serve(int fd, std::string peer) { server_.Serve(fd, std::move(peer)); }

  std::optional<net::HttpReply> OnHead(const net::HttpRequestHead& head) override;
  void OnRequest(const net::HttpRequestHead& head, Bytes body, Respond respond) override;
  net::HttpReply OnError(const net::HttpRequestHead& head, const net::HttpError& error) override;
  void OnAbort() override { account_.AbortedRequest(); }

 private:
  // What answers need, which may come after the receiver is gone.
  struct Answers {
    Answers(const HttpConfig& config, const Parts& parts)
        : receiver(parts.account.receiver()),
          replies(config),
          retry_delay(parts.random),
          rejected_log(parts.clock),
          refused_log(parts.clock) {}

    net::HttpReply After(const net::HttpRequestHead& head, const Status& status);
    void LogRejected(const net::HttpRequestHead& head, int code, std::string_view why);
    void LogRefused(const net::HttpRequestHead& head, const Status& status);

    const std::string receiver;
    const HttpReplies replies;
    const RetryDelay retry_delay;
    LogLimiter rejected_log;
    LogLimiter refused_log;
  };

  net::HttpServer::Options ServerOptions(const HttpConfig& config, const Parts& parts) const;
  std::optional<net::HttpReply> RouteElsewhere(const net::HttpRequestHead& head);
  bool IsAcceptedEncoding(std::string_view name) const;
  net::HttpReply Reject(const net::HttpRequestHead& head, net::HttpReply reply,
                        std::string_view why);

  // Constant after construction, but for counters and limiters, which are thread-safe.
  const std::string receiver_;
  const uint64_t largest_request_;
  const bool limited_by_budget_;
  const std::string traces_path_;
  const std::string metrics_path_;
  const std::string logs_path_;
  const std::vector<std::string> encodings_;
  ReceiverAccount& account_;
  const Clock& clock_;
  const std::shared_ptr<Answers> answers_;  // last owner: the admission's last answer
  OtherSignal metrics_;
  OtherSignal logs_;
  Ingest ingest_;
  net::HttpServer server_;
};

}  // namespace spanhold::otlp_receiver
