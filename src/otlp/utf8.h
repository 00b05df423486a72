#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace spanhold::otlp {

// Whether no byte has its high bit set: then every string in these bytes is valid UTF-8. Written
// for the short strings that spans are made of.
inline bool IsAscii(std::string_view bytes) {
  constexpr uint64_t kHighBits = 0x8080808080808080U;
  const char* position = bytes.data();
  const char* const end = position + bytes.size();
  uint64_t seen = 0;
  uint64_t word = 0;
  if (bytes.size() >= 8) {
    for (; end - position > 32; position += 32) {
      uint64_t words[4];
      std::memcpy(words, position, 32);
      seen |= words[0] | words[1] | words[2] | words[3];
    }
    for (; end - position > 8; position += 8) {
      std::memcpy(&word, position, 8);
      seen |= word;
    }
    std::memcpy(&word, end - 8, 8);  // overlaps the word before it
    return ((seen | word) & kHighBits) == 0;
  }
  for (; position != end; ++position) {
    seen |= static_cast<uint8_t>(*position);
  }
  return (seen & kHighBits) == 0;
}

// Of any bytes: overlong forms, surrogates and code points past U+10FFFF are invalid.
bool IsUtf8(std::string_view bytes);

}  // namespace spanhold::otlp
