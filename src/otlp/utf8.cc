#include "src/otlp/utf8.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace spanhold::otlp {
namespace {

// Up to eight bytes, the first of them lowest; zeros for those that are not left.
uint64_t FirstBytes(const char* bytes, size_t left) {
  uint64_t word = 0;
  if (left >= sizeof(word)) {
    std::memcpy(&word, bytes, sizeof(word));
  } else {
    std::memcpy(&word, bytes, left);
  }
  return word;
}

// The size of the character beyond ASCII that `bytes` begin with; 0 when it is none. These are the
// rules of the Unicode standard's table 3-7: after some first bytes the second has a narrower range,
// which keeps out overlong forms, surrogates and code points past U+10FFFF.
size_t CharacterSize(uint64_t bytes) {
  if ((bytes & 0xC0E0U) == 0x80C0U) {
    return (bytes & 0x1EU) != 0 ? 2 : 0;  // neither C0 nor C1
  }
  if ((bytes & 0xC0C0F0U) == 0x8080E0U) {
    const uint64_t range = bytes & 0x200FU;
    return range != 0 && range != 0x200DU ? 3 : 0;  // neither E0 and below A0, nor ED and above
  }
  if ((bytes & 0xC0C0C0F8U) == 0x808080F0U) {
    const uint64_t first = bytes & 7U;
    const uint64_t second = bytes & 0x3000U;
    const bool valid = first == 0 ? second != 0 : first < 4 || (first == 4 && second == 0);
    return valid ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool IsUtf8(std::string_view bytes) {
  if (IsAscii(bytes)) {
    return true;
  }
  constexpr uint64_t kHighBits = 0x8080808080808080U;
  const char* position = bytes.data();
  const char* const end = position + bytes.size();
  while (position != end) {
    const auto left = static_cast<size_t>(end - position);
    const uint64_t word = FirstBytes(position, left);
    // The bytes of ASCII in front: all eight, or less when no more are left.
    size_t size = std::min(left, static_cast<size_t>(std::countr_zero(word & kHighBits)) / 8);
    if (size == 0) {
      size = CharacterSize(word);
      if (size == 0) {
        return false;
      }
    }
    position += size;
  }
  return true;
}

}  // namespace spanhold::otlp
