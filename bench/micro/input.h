#pragma once

#include <cstdint>

#include <benchmark/benchmark.h>

#include "bench/numbered/chunks.h"

namespace spanhold::bench {

// `items` are spans in every micro-benchmark.
inline void CountSpans(benchmark::State& state, int64_t spans, size_t bytes) {
  state.SetItemsProcessed(state.iterations() * spans);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
}

}  // namespace spanhold::bench
