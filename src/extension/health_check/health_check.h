#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "src/config/endpoint.h"
#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/mutex.h"
#include "src/core/status.h"
#include "src/extension/health_check/config.h"
#include "src/net/event_loop.h"
#include "src/net/http_server.h"

namespace spanhold::health_check {

// Tells whoever asks over HTTP whether the daemon takes spans, as the Collector's health_check
// extension does: 200 when ready, 503 before that and while shutting down, with
// {"status":"Server available","upSince":"<RFC 3339>","uptime":"1m2s"}.
//
// Threading: thread-safe. Ownership: `clock` and `loop` must outlive it.
class HealthCheck final : public net::HttpHandler {
 public:
  HealthCheck(const Config& config, std::string id, const Clock& clock, net::EventLoop& loop);
  ~HealthCheck() override;
  HealthCheck(const HealthCheck&) = delete;
  HealthCheck& operator=(const HealthCheck&) = delete;

  // Listens; not ready until SetReady(true).
  [[nodiscard]] Status Start();
  void SetReady(bool ready);
  // Safe without Start(), and a second time.
  void Stop(Deadline deadline);

  // Only after a Start() that went well.
  const config::Endpoint& bound_endpoint() const { return server_->bound_endpoint(); }

  std::optional<net::HttpReply> OnHead(const net::HttpRequestHead& head) override;
  void OnRequest(const net::HttpRequestHead& head, Bytes body, Respond respond) override;

 private:
  std::string StatusBody(bool ready) const;

  const Config config_;
  const std::string id_;
  const Clock& clock_;
  net::EventLoop& loop_;
  MemoryBudget budget_;  // of its own: it answers when spans have used up theirs
  std::unique_ptr<net::HttpServer> server_;

  mutable Mutex mutex_;
  bool ready_ SPANHOLD_GUARDED_BY(mutex_) = false;
  TimePoint ready_since_ SPANHOLD_GUARDED_BY(mutex_);
  WallTime ready_since_wall_ SPANHOLD_GUARDED_BY(mutex_);
};

}  // namespace spanhold::health_check
