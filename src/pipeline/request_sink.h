#pragma once

#include <cstdint>
#include <vector>

#include "src/otlp/chunk.h"
#include "src/otlp/settlement.h"

namespace spanhold {

// A request on its way out of a log on disk.
struct LoggedRequest {
  otlp::ChunkPtr chunk;
  otlp::SettlementPtr settlement;
  uint64_t sequence = 0;  // in its log
};

// What a log on disk hands requests to: a pipeline's queue, or the lane that the log is the storage
// of.
//
// Threading: thread-safe.
class RequestSink {
 public:
  virtual ~RequestSink() = default;

  // The lanes that it leads to.
  virtual otlp::LaneRange lanes() const = 0;

  // Room for one request, or false. Whoever has it calls Take() or Unreserve().
  [[nodiscard]] virtual bool TryReserve(const otlp::Chunk& chunk) = 0;
  virtual void Unreserve(const otlp::Chunk& chunk) = 0;
  virtual void Take(LoggedRequest request) = 0;

  // Whether it is to get a request however little memory is free, because it holds none: or one that
  // could go on would wait for the memory that others hold.
  virtual bool is_starving() const = 0;

  // Of an earlier run's, so much is for its lanes: `requests` with `spans` in `bytes`.
  virtual void OnFound(uint64_t requests, uint64_t spans, uint64_t bytes) = 0;
  // Spans that were for its lanes cannot be read from disk any more.
  virtual void OnLost(uint64_t spans) = 0;
};

// Room for one request in each of `sinks`, or in none.
template <typename Sink>
[[nodiscard]] bool TryReserve(const std::vector<Sink*>& sinks, const otlp::Chunk& chunk) {
  for (size_t i = 0; i < sinks.size(); ++i) {
    if (!sinks[i]->TryReserve(chunk)) {
      for (size_t taken = 0; taken < i; ++taken) {
        sinks[taken]->Unreserve(chunk);
      }
      return false;
    }
  }
  return true;
}

}  // namespace spanhold
