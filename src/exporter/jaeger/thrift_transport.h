#pragma once

#include <string>

#include "src/core/memory_budget.h"
#include "src/exporter/jaeger/config.h"
#include "src/exporter/sending/transport.h"
#include "src/net/event_loop.h"
#include "src/net/http_client.h"

namespace spanhold::jaeger {

// Sends batches to Jaeger's Thrift endpoint, one POST of one process each.
//
//   2xx                 taken (Jaeger answers 202)
//   429, 5xx, no answer kUnavailable: to be tried again. Jaeger has one answer, 500, for whatever
//                       its storage or its full queue made fail, so 500 is no refusal for good here
//                       as it is in OTLP
//   any other           refused for good (400: not Thrift, which would be a bug of ours)
//
// Threading: thread-safe; encoding runs on the caller's thread. Ownership: `loop` and `budget` must
// outlive it.
class ThriftTransport final : public sending::Transport {
 public:
  // `target` is what `config` resolves to.
  ThriftTransport(const Config& config, const Target& target, net::EventLoop& loop,
                  MemoryBudget& budget);

  [[nodiscard]] Status Start() override { return client_.Start(); }
  std::vector<otlp::TraceBatch> Split(otlp::TraceBatch batch) const override;
  void Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) override;
  [[nodiscard]] Status Shutdown() override;

 private:
  const std::string path_;
  const net::HttpHeaders headers_;
  MemoryBudget& budget_;
  net::HttpClient client_;
};

// What an answer of the Thrift endpoint means, as the table above.
Status ReadAnswer(const net::HttpResponse& response);

}  // namespace spanhold::jaeger
