#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace spanhold::bench {

// The span ids of the load are its spans' numbers, scattered over all 64 bits by a bijection: as
// hard to compress as real ones, never zero, and a sink gets the number back. Big-endian, so that an
// id reads the same in hexadecimal and as the integer that Jaeger has.

inline constexpr uint64_t kScatter = 0x9E3779B97F4A7C15;  // odd, so it has an inverse
inline constexpr uint64_t kGather = 0xF1DE83E19937733D;
static_assert(kScatter * kGather == 1);

constexpr uint64_t SpanIdOf(uint64_t number) {
  const uint64_t scattered = (number + 1) * kScatter;
  return scattered ^ (scattered >> 32U);
}

// Some number far beyond those in use for an id that is not of the load.
constexpr uint64_t NumberOf(uint64_t span_id) {
  return (span_id ^ (span_id >> 32U)) * kGather - 1;
}

inline void StoreBigEndian(uint64_t value, char* out) {
  value = __builtin_bswap64(value);
  std::memcpy(out, &value, sizeof value);
}

inline uint64_t LoadBigEndian(const char* bytes) {
  uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return __builtin_bswap64(value);
}

}  // namespace spanhold::bench
