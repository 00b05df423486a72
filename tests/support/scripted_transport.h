#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <utility>
#include <vector>

#include "src/exporter/sending/transport.h"

namespace spanhold {

// Answers within Send(), from a list, and OK when that is over. Not thread-safe.
class ScriptedTransport final : public sending::Transport {
 public:
  struct Sent {
    otlp::TraceBatch batch;
    Deadline deadline;
  };

  Status Start() override { return start_status; }
  std::vector<otlp::TraceBatch> Split(otlp::TraceBatch batch) const override {
    std::vector<otlp::TraceBatch> pieces;
    while (!batch.empty()) {
      pieces.push_back(batch.TakeFront(largest_request));
    }
    return pieces;
  }
  void Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) override {
    sent.push_back({batch, deadline});
    sending::SendResult result;
    if (!answers.empty()) {
      result = std::move(answers.front());
      answers.pop_front();
    }
    done(std::move(result));
  }
  Status Shutdown() override {
    ++shutdowns;
    return shutdown_status;
  }

  // `status`, `times` times.
  void Answer(const Status& status, int times = 1) {
    answers.insert(answers.end(), static_cast<size_t>(times), {status, 0, ""});
  }

  uint32_t largest_request = std::numeric_limits<uint32_t>::max();  // spans
  Status start_status;
  Status shutdown_status;
  std::deque<sending::SendResult> answers;
  std::vector<Sent> sent;
  int shutdowns = 0;
};

}  // namespace spanhold
