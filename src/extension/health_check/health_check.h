#pragma once

#include <functional>
#include <optional>
#include <string>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/mutex.h"
#include "src/core/status.h"
#include "src/extension/health_check/config.h"
#include "src/net/event_loop.h"
#include "src/net/http_server.h"

namespace spanhold::health_check {

// Answers over HTTP whether the daemon is ready, as the Collector's extension does: 200 or 503, with
// a JSON that says since when.
//
// Threading: thread-safe. Ownership: `clock` and `loop` must outlive it; the loop runs from before
// Start() until after Stop().
class HealthCheck final : public net::HttpHandler {
 public:
  HealthCheck(const std::string& id, const Config& config, const Clock& clock,
              net::EventLoop& loop);

  // Listens, and answers "not ready" until told otherwise.
  [[nodiscard]] Status Start();
  void SetReady(bool ready);
  // Before Start(): `reader` is asked at each request, on the loop's threads, and what it says is a
  // reason not to be ready, whatever SetReady() said; "": there is none.
  void SetProblemReader(std::function<std::string()> reader);
  // Safe without Start(), and a second time.
  void Stop(Deadline deadline);

  // Only after Start().
  const config::Endpoint& bound_endpoint() const { return server_.bound_endpoint(); }

  std::optional<net::HttpReply> OnHead(const net::HttpRequestHead& head) override;
  void OnRequest(const net::HttpRequestHead& head, Bytes body, Respond respond) override;

 private:
  struct Since {
    TimePoint time;
    WallTime wall;
  };

  net::HttpReply Ready(const Since& since) const;
  net::HttpReply NotReady(const std::string& problem) const;

  // Constant after construction.
  const Config config_;
  const Clock& clock_;
  std::function<std::string()> problem_reader_;
  MemoryBudget budget_{0};  // no body is ever read
  net::HttpServer server_;

  Mutex mutex_;
  std::optional<Since> ready_since_ SPANHOLD_GUARDED_BY(mutex_);
};

}  // namespace spanhold::health_check
