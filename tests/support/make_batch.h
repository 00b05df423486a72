#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "src/core/memory_budget.h"
#include "src/otlp/chunk.h"
#include "src/otlp/trace_batch.h"

namespace spanhold {

// What MakeRequest() writes a span from. Ids are given as their first byte, repeated.
struct SpanSpec {
  std::string name = "span";
  uint8_t trace = 1;
  uint8_t span = 1;
  std::string trace_state;
};

// A budget that never refuses, shared by test data.
MemoryBudget& TestBudget();

// One ResourceSpans with one ScopeSpans of these spans, as wire bytes, written by hand and not by the
// code under test.
std::string MakeRequest(const std::vector<SpanSpec>& spans,
                        const std::string& service = "test-service");

// The same, decoded.
otlp::ChunkPtr MakeChunk(const std::vector<SpanSpec>& spans,
                         const std::string& service = "test-service");

// Tells a test what was settled.
class RecordingObserver final : public otlp::SettlementObserver {
 public:
  void OnLaneSettled(uint64_t /*sequence*/, otlp::LaneId /*lane*/) override { ++lanes_settled; }
  void OnLost(otlp::LaneId /*lane*/, uint64_t spans) override { spans_lost += spans; }

  std::atomic<uint64_t> lanes_settled{0};
  std::atomic<uint64_t> spans_lost{0};
};

// All spans of a fresh chunk on their way into lanes [0, lanes). `observer` must outlive the batch.
otlp::TraceBatch MakeBatch(const std::vector<SpanSpec>& spans, otlp::SettlementObserver& observer,
                           otlp::LaneId lanes = 1);

// `count` spans named "span-0", "span-1", ...
std::vector<SpanSpec> NumberedSpans(size_t count);

}  // namespace spanhold
