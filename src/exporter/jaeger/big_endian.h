#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

// Big-endian numbers, as ids and Thrift have them.
namespace spanhold::jaeger {

static_assert(std::endian::native == std::endian::little);

inline uint16_t ByteSwapped(uint16_t number) {
  return __builtin_bswap16(number);
}
inline uint32_t ByteSwapped(uint32_t number) {
  return __builtin_bswap32(number);
}
inline uint64_t ByteSwapped(uint64_t number) {
  return __builtin_bswap64(number);
}

template <typename Unsigned>
void StoreBigEndian(Unsigned number, char* out) {
  number = ByteSwapped(number);
  std::memcpy(out, &number, sizeof(number));
}

inline uint64_t LoadBigEndian(const char* bytes) {
  uint64_t number = 0;
  std::memcpy(&number, bytes, sizeof(number));
  return ByteSwapped(number);
}

}  // namespace spanhold::jaeger
