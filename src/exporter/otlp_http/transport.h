#pragma once

#include <string>
#include <vector>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/exporter/otlp_http/config.h"
#include "src/exporter/sending/transport.h"
#include "src/net/event_loop.h"
#include "src/net/http_client.h"

namespace spanhold::otlp_http {

// Sends batches to an OTLP/HTTP backend: one POST each.
//
// Threading: thread-safe; encodes and compresses on the caller's thread, answers on the loop.
// Ownership: what `Parts` refers to must outlive it; the loop runs until Shutdown() has returned.
class Transport final : public sending::Transport {
 public:
  struct Parts {
    MemoryBudget& budget;
    const Clock& clock;
    net::EventLoop& loop;
    std::string user_agent;  // "Spanhold/1.2.3"
  };

  Transport(const Config& config, const Parts& parts);

  [[nodiscard]] Status Start() override { return client_.Start(); }
  // JSON is sent in requests of bounded size.
  std::vector<otlp::TraceBatch> Split(otlp::TraceBatch batch) const override;
  void Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) override;
  [[nodiscard]] Status Shutdown() override;

 private:
  Rope Encode(const otlp::TraceBatch& batch) const;

  // Constant after construction.
  const Config::Format format_;
  const compress::Encoding compression_;
  MemoryBudget& budget_;
  const Clock& clock_;
  const std::string target_;
  const net::HttpHeaders headers_;

  net::HttpClient client_;
};

}  // namespace spanhold::otlp_http
