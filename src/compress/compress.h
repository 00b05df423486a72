#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "src/core/bytes.h"
#include "src/core/memory_budget.h"
#include "src/core/status.h"

namespace spanhold::compress {

enum class Encoding { kIdentity, kGzip, kZlib, kZstd };

// The encoding of an HTTP `Content-Encoding` or a `grpc-encoding` value; "deflate" means a zlib
// stream (RFC 9110 section 8.4.1.2). Nothing for an unknown one.
std::optional<Encoding> ParseEncoding(std::string_view name);

// Inflates one request. Output is bounded while inflating: no more than `max_size` bytes are ever
// written, and they are reserved from `budget` before.
//
// kInvalidArgument: not a valid, complete stream. kResourceExhausted without RetryAfter: more than
// `max_size`. kUnavailable with RetryAfter: the budget has no room now.
//
// Threading: thread-safe; contexts are reused per thread.
StatusOr<Bytes> Decompress(Encoding encoding, std::string_view input, uint64_t max_size,
                           MemoryBudget& budget);

// Compresses one request, at the speed-first level of each library (gzip: ISA-L, zstd: level 1).
Bytes Compress(Encoding encoding, std::string_view input, MemoryBudget& budget);

}  // namespace spanhold::compress
