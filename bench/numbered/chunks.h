#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/numbered/numbered_request.h"
#include "src/core/check.h"
#include "src/core/memory_budget.h"
#include "src/otlp/decode.h"
#include "src/otlp/trace_batch.h"

// The load's requests as the daemon holds them: what the micro-benchmarks time and the instruction
// counts count, so that their figures add up to those of docs/benchmarks.md.
namespace spanhold::bench {

// The number of spans that most are measured with: an SDK's batch.
inline constexpr int64_t kBatch = 512;

// Never refuses.
inline MemoryBudget& Budget() {
  static auto* budget = new MemoryBudget(UINT64_MAX);
  return *budget;
}

inline std::string Wire(int64_t spans, uint64_t first = 0) {
  return std::string(
      NumberedRequest(Format::kProtobuf, static_cast<uint32_t>(spans)).Number(first));
}

inline otlp::ChunkPtr ChunkOf(int64_t spans, uint64_t first = 0) {
  auto chunk = otlp::Decode(Bytes::Copy(Wire(spans, first), Budget()));
  SPANHOLD_CHECK(chunk.ok());
  return *std::move(chunk);
}

// As many requests of one span, as a batch of a simple span processor's.
inline std::vector<otlp::ChunkPtr> SingleChunks(int64_t spans) {
  std::vector<otlp::ChunkPtr> chunks;
  for (int64_t i = 0; i < spans; ++i) {
    chunks.push_back(ChunkOf(1, static_cast<uint64_t>(i)));
  }
  return chunks;
}

inline otlp::TraceBatch Joined(const std::vector<otlp::ChunkPtr>& chunks) {
  otlp::TraceBatch batch;
  for (const otlp::ChunkPtr& chunk : chunks) {
    batch.Append(otlp::TraceBatch::Whole(chunk, nullptr));
  }
  return batch;
}

}  // namespace spanhold::bench
