#include "src/net/http_server.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "src/core/mutex.h"
#include "src/net/http_session.h"
#include "src/net/listener.h"

namespace spanhold::net {
namespace {

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kResourceExhausted:
      return 413;
    case absl::StatusCode::kUnimplemented:
      return 501;
    default:
      return 503;
  }
}

}  // namespace

HttpError HttpErrorOf(const Status& status) {
  return {HttpStatusOf(status.code()), std::string(MessageOf(status))};
}

HttpReply HttpHandler::OnError(const HttpRequestHead& /*head*/, const HttpError& error) {
  return TextReply(error.status, error.message);
}

struct HttpServer::Impl {
  Impl(Options o, HttpHandler& handler, MemoryBudget& budget, EventLoop& loop)
      : options(std::move(o)),
        context{options, handler, budget, loop},
        listener({.name = options.name,
                  .endpoint = options.endpoint,
                  .max_connections = options.max_connections,
                  .on_pause = options.on_accept_pause},
                 loop) {}

  void Serve(int fd, std::string peer) {
    const std::shared_ptr<HttpSession> session =
        HttpSession::Make(fd, std::move(peer), context, [this](HttpSession* s) { Remove(s); });
    bool closing = false;
    {
      const MutexLock lock(mutex);
      sessions.emplace(session.get(), session);
      closing = shutting_down;
    }
    session->Start();
    if (closing) {
      session->BeginShutdown();
    }
  }

  void Remove(HttpSession* session) {
    const MutexLock lock(mutex);
    sessions.erase(session);
    changed.NotifyAll();
  }

  std::vector<std::shared_ptr<HttpSession>> Sessions() {
    const MutexLock lock(mutex);
    std::vector<std::shared_ptr<HttpSession>> all;
    for (const auto& [pointer, session] : sessions) {
      all.push_back(session);
    }
    return all;
  }

  void WaitUntilEmpty(Deadline deadline) {
    const SystemClock clock;
    const MutexLock lock(mutex);
    while (!sessions.empty() && clock.Now() < deadline) {
      changed.WaitUntil(mutex, deadline);
    }
  }

  const Options options;
  const HttpSessionContext context;
  Listener listener;

  Mutex mutex;
  CondVar changed;
  // A session's last owner: this map, or the last handler still in the loop.
  std::unordered_map<HttpSession*, std::shared_ptr<HttpSession>> sessions SPANHOLD_GUARDED_BY(
      mutex);
  bool shutting_down SPANHOLD_GUARDED_BY(mutex) = false;
};

HttpServer::HttpServer(Options options, HttpHandler& handler, MemoryBudget& budget, EventLoop& loop)
    : impl_(std::make_unique<Impl>(std::move(options), handler, budget, loop)) {}

HttpServer::~HttpServer() = default;

Status HttpServer::Start() {
  return impl_->listener.Start(
      [impl = impl_.get()](int fd, std::string peer) { impl->Serve(fd, std::move(peer)); });
}

void HttpServer::Shutdown(Deadline deadline) {
  impl_->listener.Stop();
  {
    const MutexLock lock(impl_->mutex);
    impl_->shutting_down = true;
  }
  for (const auto& session : impl_->Sessions()) {
    session->BeginShutdown();
  }
  impl_->WaitUntilEmpty(deadline);
  for (const auto& session : impl_->Sessions()) {
    session->Abort();
  }
  impl_->WaitUntilEmpty(Deadline::max());
}

const config::Endpoint& HttpServer::bound_endpoint() const {
  return impl_->listener.bound_endpoint();
}

void HttpServer::Serve(int fd, std::string peer) {
  impl_->Serve(fd, std::move(peer));
}

}  // namespace spanhold::net
