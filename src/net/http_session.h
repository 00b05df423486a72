#pragma once

#include <functional>
#include <memory>
#include <string>

#include "src/net/http_server.h"

namespace spanhold::net {

// What the sessions of one server share; outlives them.
struct HttpSessionContext {
  const HttpServer::Options& options;
  HttpHandler& handler;
  MemoryBudget& budget;
  EventLoop& loop;
};

// One connection of an HttpServer.
//
//   idle ──first byte──▶ head ──▶ body or skip ──▶ answer awaited ──▶ write ──▶ idle
//                         └─error─────┴──error──────────────────────▶ write ──▶ linger ──▶ closed
//
// After an answer to a request that was not read to its end the rest of a body is skipped if it is
// short; else the connection closes, but lingers before that: it reads on, for a moment, and throws
// away, because closing with unread bytes would make the kernel reset it and lose the answer.
//
// Threading: thread-safe; each session works on a strand of its own.
class HttpSession {
 public:
  // Takes over `fd`. `on_closed` runs once, on the loop; after it the session uses nothing of the
  // context but the loop, even if an answer still comes.
  static std::shared_ptr<HttpSession> Make(int fd, std::string peer,
                                           const HttpSessionContext& context,
                                           std::function<void(HttpSession*)> on_closed);

  virtual ~HttpSession() = default;

  virtual void Start() = 0;
  // Closes when idle or lingering, else after the answer under way.
  virtual void BeginShutdown() = 0;
  // Closes at once.
  virtual void Abort() = 0;
};

}  // namespace spanhold::net
