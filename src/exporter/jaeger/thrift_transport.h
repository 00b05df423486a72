#pragma once

#include <string>
#include <vector>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/exporter/jaeger/config.h"
#include "src/exporter/sending/transport.h"
#include "src/net/event_loop.h"
#include "src/net/http_client.h"

namespace spanhold::jaeger {

// Sends batches to Jaeger's Thrift endpoint, one POST of one process each. What its answers mean is
// in answer.h.
//
// Threading: thread-safe; encoding runs on the caller's thread. Ownership: `loop`, `budget` and
// `clock` must outlive it.
class ThriftTransport final : public sending::Transport {
 public:
  // `target` is what `config` resolves to.
  ThriftTransport(const Config& config, const Target& target, net::EventLoop& loop,
                  MemoryBudget& budget, const Clock& clock);

  [[nodiscard]] Status Start() override { return client_.Start(); }
  std::vector<otlp::TraceBatch> Split(otlp::TraceBatch batch) const override;
  void Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) override;
  [[nodiscard]] Status Shutdown() override;

 private:
  const std::string path_;
  const net::HttpHeaders headers_;
  MemoryBudget& budget_;
  const Clock& clock_;
  net::HttpClient client_;
};

}  // namespace spanhold::jaeger
