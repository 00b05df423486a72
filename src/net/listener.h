#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "src/config/endpoint.h"
#include "src/core/status.h"
#include "src/net/event_loop.h"

namespace spanhold::net {

// Accepts the connections of one endpoint and hands on their descriptors.
//
// With no descriptor left (EMFILE), or `max_connections` of those handed out still open, accepting
// pauses for a moment, again and again, and the kernel's backlog keeps the newcomers. Descriptors are seen to be closed by looking at them, so whoever
// got one just closes it.
//
// Threading: thread-safe. Ownership: `loop` must outlive it, and Stop() must have returned.
class Listener {
 public:
  struct Options {
    std::string name;  // for log lines: the id of the component that listens
    config::Endpoint endpoint;
    size_t max_connections = 4096;             // an idle one costs gRPC about 18 KB
    std::function<void()> on_pause = nullptr;  // counts the pauses
  };

  // `fd`: connected, non-blocking, close-on-exec, TCP_NODELAY, and the callee's from here on. `peer`:
  // "127.0.0.1:51234" or "unix", for log lines. Runs on the loop, perhaps for two connections at once.
  using OnConnection = std::function<void(int fd, std::string peer)>;

  Listener(Options options, EventLoop& loop);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Listens; connections come as soon as the loop runs. The error is the user's to read:
  // "cannot listen on localhost:4318: address already in use; ...".
  [[nodiscard]] Status Start(OnConnection on_connection);

  // Closes the port; no callback runs any more when it returns. Safe without Start(), and a second
  // time. Not from within a callback.
  void Stop();

  // The options' endpoint with the real port. Only after Start().
  const config::Endpoint& bound_endpoint() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // last owner: the last handler still in the loop
};

}  // namespace spanhold::net
