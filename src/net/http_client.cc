#include "src/net/http_client.h"

#include <deque>
#include <optional>
#include <unordered_set>
#include <utility>

#include <absl/strings/str_cat.h>

#include "src/core/clock.h"
#include "src/core/mutex.h"
#include "src/net/http_connection.h"
#include "src/net/tls_context.h"

namespace spanhold::net {
namespace {

uint16_t DefaultPort(const config::Endpoint& endpoint) {
  return endpoint.scheme == "https" ? 443 : 80;
}

// RFC 9110 section 7.2: without the port when it is the scheme's own.
std::string HostHeader(const config::Endpoint& endpoint) {
  std::string host = endpoint.Authority();
  if (endpoint.port == 0 || endpoint.port == DefaultPort(endpoint)) {
    host.erase(host.rfind(':'));
  }
  return host;
}

// A request under way.
struct Exchange {
  HttpRequest request;
  std::string head;
  HttpClient::Done done;
  TimerId timer = 0;
  std::shared_ptr<HttpConnection> connection;
  bool on_kept_connection = false;
};
using ExchangePtr = std::shared_ptr<Exchange>;  // last owner: the last callback of its connection

struct KeptConnection {
  std::shared_ptr<HttpConnection> connection;
  TimePoint until;
};

}  // namespace

std::string_view HttpResponse::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (EqualsIgnoreCase(key, name)) {
      return value;
    }
  }
  return {};
}

// All of it runs on one strand, but for Send() and Shutdown(), which post to it.
struct HttpClient::Impl : std::enable_shared_from_this<Impl> {
  Impl(Options o, EventLoop& l)
      : options(std::move(o)),
        loop(l),
        strand(HttpConnection::NewStrand(l)),
        host_header(HostHeader(options.endpoint)) {
    const config::Endpoint& endpoint = options.endpoint;
    target.host = endpoint.host;
    target.port = endpoint.port == 0 ? DefaultPort(endpoint) : endpoint.port;
    target.max_response_body = options.max_response_body;
    target.server_name = options.tls.server_name_override.empty()
                             ? options.endpoint.host
                             : options.tls.server_name_override;
  }

  std::string Head(const HttpRequest& request) const {
    std::string head =
        absl::StrCat(request.method, " ", request.target, " HTTP/1.1\r\nHost: ", host_header,
                     "\r\nContent-Length: ", request.body.size(), "\r\n");
    for (const auto& [name, value] : request.headers) {
      absl::StrAppend(&head, name, ": ", value, "\r\n");
    }
    return head + "\r\n";
  }

  void Begin(const ExchangePtr& exchange, Deadline deadline) {
    if (!running) {
      exchange->done(absl::CancelledError("the client is not running"));
      return;
    }
    open.insert(exchange);
    exchange->timer =
        loop.Schedule(deadline, [self = shared_from_this(), weak = std::weak_ptr(exchange)] {
          self->strand->Post([self, weak] {
            if (const ExchangePtr late = weak.lock()) {
              self->Finish(late,
                           absl::DeadlineExceededError(absl::StrCat(
                               self->target.host, ":", self->target.port, ": no answer in time")));
            }
          });
        });
    exchange->connection = TakeKept();
    exchange->on_kept_connection = exchange->connection != nullptr;
    if (exchange->on_kept_connection) {
      RoundTrip(exchange);
    } else {
      Connect(exchange);
    }
  }

  void Connect(const ExchangePtr& exchange) {
    exchange->connection = strand->NewConnection(target);
    exchange->connection->Open([self = shared_from_this(), exchange](const Status& status) {
      if (!self->open.contains(exchange)) {
        return;
      }
      if (!status.ok()) {
        self->Finish(exchange, status);
        return;
      }
      self->RoundTrip(exchange);
    });
  }

  void RoundTrip(const ExchangePtr& exchange) {
    exchange->connection->RoundTrip(
        exchange->head, exchange->request.body,
        [self = shared_from_this(), exchange](StatusOr<HttpResponse> answer) {
          self->OnAnswer(exchange, std::move(answer));
        });
  }

  void OnAnswer(const ExchangePtr& exchange, StatusOr<HttpResponse> answer) {
    if (!open.contains(exchange)) {
      return;
    }
    HttpConnection& connection = *exchange->connection;
    if (!answer.ok() && exchange->on_kept_connection && !connection.answered()) {
      connection.Close();
      exchange->on_kept_connection = false;
      Connect(exchange);
      return;
    }
    if (answer.ok() && !answer->broke_off && connection.keep_alive()) {
      Keep(std::move(exchange->connection));
    }
    Finish(exchange, std::move(answer));
  }

  void Finish(const ExchangePtr& exchange, StatusOr<HttpResponse> answer) {
    if (open.erase(exchange) == 0) {
      return;
    }
    loop.Cancel(exchange->timer);
    // Let go of, because the connection's callback holds the exchange until it has run.
    if (const auto connection = std::exchange(exchange->connection, nullptr)) {
      connection->Close();
    }
    exchange->done(std::move(answer));
  }

  // The one used last, since it is the least likely to be gone.
  std::shared_ptr<HttpConnection> TakeKept() {
    while (!kept.empty()) {
      std::shared_ptr<HttpConnection> connection = std::move(kept.back().connection);
      kept.pop_back();
      if (!connection->IsStale()) {
        return connection;
      }
      connection->Close();
    }
    return nullptr;
  }

  void Keep(std::shared_ptr<HttpConnection> connection) {
    kept.push_back({std::move(connection), clock.Now() + options.idle_timeout});
    if (!expiry) {
      ScheduleExpiry();
    }
  }

  void ScheduleExpiry() {
    expiry = loop.Schedule(kept.front().until, [self = shared_from_this()] {
      self->strand->Post([self] { self->Expire(); });
    });
  }

  void Expire() {
    expiry.reset();
    while (!kept.empty() && (!running || kept.front().until <= clock.Now())) {
      kept.front().connection->Close();
      kept.pop_front();
    }
    if (!kept.empty()) {
      ScheduleExpiry();
    }
  }

  void Stop() {
    running = false;
    while (!open.empty()) {
      const ExchangePtr exchange = *open.begin();
      Finish(exchange, absl::CancelledError("the client was shut down"));
    }
    if (expiry) {
      loop.Cancel(*expiry);
    }
    Expire();
  }

  // Constant after construction, and after Start().
  const Options options;
  EventLoop& loop;
  const SystemClock clock;  // the loop's
  const std::unique_ptr<HttpConnection::Strand> strand;
  const std::string host_header;
  HttpTarget target;

  // On the strand, once started.
  bool running = false;
  std::unordered_set<ExchangePtr> open;
  std::deque<KeptConnection> kept;  // longest unused first
  std::optional<TimerId> expiry;

  Mutex mutex;
  CondVar changed;
  bool started SPANHOLD_GUARDED_BY(mutex) = false;
  bool stopped SPANHOLD_GUARDED_BY(mutex) = false;
};

HttpClient::HttpClient(Options options, EventLoop& loop)
    : impl_(std::make_shared<Impl>(std::move(options), loop)) {}

HttpClient::~HttpClient() = default;

Status HttpClient::Start() {
  if (impl_->options.endpoint.scheme == "https") {
    SPANHOLD_ASSIGN_OR_RETURN(impl_->target.tls, MakeTlsClientContext(impl_->options.tls));
  }
  impl_->running = true;
  const MutexLock lock(impl_->mutex);
  impl_->started = true;
  return absl::OkStatus();
}

void HttpClient::Send(HttpRequest request, Deadline deadline, Done done) {
  auto exchange = std::make_shared<Exchange>();
  exchange->head = impl_->Head(request);
  exchange->request = std::move(request);
  exchange->done = std::move(done);
  impl_->strand->Post([impl = impl_, exchange = std::move(exchange), deadline] {
    impl->Begin(exchange, deadline);
  });
}

void HttpClient::Shutdown() {
  const MutexLock lock(impl_->mutex);
  if (!impl_->started) {
    return;
  }
  impl_->strand->Post([impl = impl_] {
    impl->Stop();
    const MutexLock stopping(impl->mutex);
    impl->stopped = true;
    impl->changed.NotifyAll();
  });
  while (!impl_->stopped) {
    impl_->changed.Wait(impl_->mutex);
  }
}

}  // namespace spanhold::net
