#pragma once

#include <string_view>

#include "src/compress/output.h"
#include "src/core/bytes.h"
#include "src/core/memory_budget.h"
#include "src/core/rope.h"
#include "src/core/status.h"

namespace spanhold::compress {

// Decompresses all frames of `input` (RFC 8878). kInvalidArgument says what is wrong. `budget` pays
// for the window of a frame that does not say its size.
// Threading: thread-safe; one context for each thread that calls.
Status ZstdDecompress(std::string_view input, Output& output, MemoryBudget& budget);

// Threading: thread-safe; one context for each thread that calls.
Bytes ZstdCompress(std::string_view input, MemoryBudget& budget);
// With a context of its own, which is freed at the end.
Rope ZstdCompress(const Rope& input, MemoryBudget& budget);

}  // namespace spanhold::compress
