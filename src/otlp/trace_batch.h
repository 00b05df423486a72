#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <absl/container/inlined_vector.h>

#include "src/otlp/chunk.h"
#include "src/otlp/settlement.h"

namespace spanhold::otlp {

// Spans [first, last) of a chunk.
struct SpanRange {
  uint32_t first = 0;
  uint32_t last = 0;

  uint32_t size() const { return last - first; }
};

// Some spans of one chunk, in ascending order, and the handle that settles them.
struct BatchPart {
  ChunkPtr chunk;
  SettlementPtr settlement;
  absl::InlinedVector<SpanRange, 1> ranges;

  uint32_t span_count() const;

  // Appends one index, joining it to the last range where it follows that.
  void Add(uint32_t index);
};

// A selection of spans from any number of chunks, the unit that processors and exporters hand on.
// Copying it copies handles, never spans.
//
// Threading: thread-compatible; what it refers to is immutable and shared.
class TraceBatch {
 public:
  TraceBatch() = default;

  // All spans of `chunk`.
  static TraceBatch Whole(ChunkPtr chunk, SettlementPtr settlement);

  const std::vector<BatchPart>& parts() const { return parts_; }
  uint32_t span_count() const { return span_count_; }
  bool empty() const { return span_count_ == 0; }

  // Wire bytes of the selected spans, headers not counted: what the queues' byte limits mean.
  uint64_t span_bytes() const { return span_bytes_; }

  // Empty parts are left out.
  void Append(BatchPart part);
  void Append(TraceBatch other);

  // Removes the first `count` spans (all when there are fewer) and returns them.
  TraceBatch TakeFront(uint32_t count);

  // Calls `function(const BatchPart&, uint32_t span_index)` for each span, in order.
  template <typename Function>
  void ForEachSpan(Function&& function) const {
    for (const BatchPart& part : parts_) {
      for (const SpanRange& range : part.ranges) {
        for (uint32_t index = range.first; index < range.last; ++index) {
          function(part, index);
        }
      }
    }
  }

 private:
  std::vector<BatchPart> parts_;
  uint32_t span_count_ = 0;
  uint64_t span_bytes_ = 0;
};

}  // namespace spanhold::otlp
