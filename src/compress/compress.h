#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "src/core/bytes.h"
#include "src/core/memory_budget.h"
#include "src/core/rope.h"
#include "src/core/status.h"

namespace spanhold::compress {

enum class Encoding { kIdentity, kGzip, kZlib, kZstd };

// The encoding of an HTTP `Content-Encoding` or a `grpc-encoding` value; "deflate" means a zlib
// stream (RFC 9110 section 8.4.1.2). Nothing for an unknown one.
std::optional<Encoding> ParseEncoding(std::string_view name);

// Inflates one request. Output is bounded while inflating: no more than `max_size` bytes and the one
// that proves it too large are ever written, and they are reserved from `budget` before. A gzip
// stream may have several members (RFC 1952), a zstd one several frames (RFC 8878).
//
// kInvalidArgument: not a valid, complete stream. kResourceExhausted without RetryAfter: more than
// `max_size`. kUnavailable: the budget has no room now.
//
// Threading: thread-safe; contexts are reused per thread.
//
// Measured on 512 spans of 270 bytes, one core: gzip 0.20 us a span, zstd
// 0.10 us.
StatusOr<Bytes> Decompress(Encoding encoding, std::string_view input, uint64_t max_size,
                           MemoryBudget& budget);

// Compresses one request of at most 1 GiB, at level 1 of each library (ISA-L, zstd). On the same
// spans: gzip 0.25 us a span (zlib's own level 1: 1.8, of the same size; ISA-L's level 0: 0.21, but
// 17 % larger), zstd 0.27 us and 11 % smaller.
Bytes Compress(Encoding encoding, std::string_view input, MemoryBudget& budget);

// The same. A request larger than kSmallRequest, or in several pieces, is compressed step by step:
// what it takes of memory is what comes out of it.
Rope Compress(Encoding encoding, const Rope& input, MemoryBudget& budget);

}  // namespace spanhold::compress
