#include "src/exporter/sending/split.h"

#include <utility>

namespace spanhold::sending {

std::vector<otlp::TraceBatch> SplitBySize(otlp::TraceBatch batch, uint64_t max_span_bytes) {
  std::vector<otlp::TraceBatch> pieces;
  if (batch.span_bytes() > max_span_bytes) {
    std::vector<uint32_t> counts;  // of spans in each piece but the last
    uint64_t bytes = 0;
    uint32_t count = 0;
    batch.ForEachSpan([&](const otlp::BatchPart& part, uint32_t index) {
      const uint64_t size = part.chunk->span_entry(index).size();
      if (count > 0 && bytes + size > max_span_bytes) {
        counts.push_back(std::exchange(count, 0));
        bytes = 0;
      }
      bytes += size;
      ++count;
    });
    for (const uint32_t spans : counts) {
      pieces.push_back(batch.TakeFront(spans));
    }
  }
  pieces.push_back(std::move(batch));
  return pieces;
}

}  // namespace spanhold::sending
