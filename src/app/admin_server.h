#pragma once

#include <functional>
#include <memory>
#include <string>

#include "src/config/endpoint.h"
#include "src/core/memory_budget.h"
#include "src/net/event_loop.h"
#include "src/net/http_server.h"
#include "src/pipeline/telemetry.h"

namespace spanhold::app {

// Answers `GET /metrics` (Prometheus text) and `GET /status` (tables for a person).
//
// Threading: thread-safe. Ownership: what it is given must outlive it.
class AdminServer final : public net::HttpHandler {
 public:
  AdminServer(const Telemetry& telemetry, net::EventLoop& loop,
              std::function<std::string()> status_page);
  ~AdminServer() override;
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  [[nodiscard]] Status Start(const config::Endpoint& endpoint);
  // Safe without Start(), and a second time.
  void Stop(Deadline deadline);

  // Only after a Start() that went well.
  const config::Endpoint& bound_endpoint() const { return server_->bound_endpoint(); }

  std::optional<net::HttpReply> OnHead(const net::HttpRequestHead& head) override;
  void OnRequest(const net::HttpRequestHead& head, Bytes body, Respond respond) override;

 private:
  const Telemetry& telemetry_;
  net::EventLoop& loop_;
  const std::function<std::string()> status_page_;
  MemoryBudget budget_;  // of its own: it answers when spans have used up theirs
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace spanhold::app
