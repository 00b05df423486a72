#pragma once

#include <string_view>

#include "src/compress/output.h"
#include "src/core/bytes.h"
#include "src/core/memory_budget.h"
#include "src/core/rope.h"
#include "src/core/status.h"

namespace spanhold::compress {

// Both wrap a deflate stream (RFC 1951).
enum class DeflateFormat {
  kGzip,  // RFC 1952: one or more members
  kZlib,  // RFC 1950
};

// Inflates all of `input` and verifies its checksums. kInvalidArgument says what is wrong.
// Threading: thread-safe; one state of 90 KB for each thread that calls.
Status Inflate(DeflateFormat format, std::string_view input, Output& output);

// Threading: thread-safe; one state of 350 KB for each thread that calls.
Bytes Deflate(DeflateFormat format, std::string_view input, MemoryBudget& budget);
// With a state of its own, which is freed at the end. `input` is not empty.
Rope Deflate(DeflateFormat format, const Rope& input, MemoryBudget& budget);

}  // namespace spanhold::compress
