#include "src/otlp/utf8.h"

namespace spanhold::otlp {
namespace {

bool IsContinuation(char c) {
  return (static_cast<uint8_t>(c) & 0xC0U) == 0x80U;
}

// The size of the character beyond ASCII that `bytes` begin with, by table 3-7 of the Unicode
// standard; 0 when it is none. After some first bytes the second has a narrower range than others,
// which keeps out overlong forms, surrogates and code points past U+10FFFF.
size_t CharacterSize(std::string_view bytes) {
  const auto byte = [bytes](size_t i) {
    return static_cast<uint8_t>(bytes[i]);
  };
  const uint8_t first = byte(0);
  if (first < 0xE0) {
    const bool valid = first >= 0xC2 && bytes.size() >= 2 && IsContinuation(bytes[1]);
    return valid ? 2 : 0;
  }
  if (first < 0xF0) {
    const bool valid = bytes.size() >= 3 && IsContinuation(bytes[1]) && IsContinuation(bytes[2]) &&
                       (first != 0xE0 || byte(1) >= 0xA0) && (first != 0xED || byte(1) < 0xA0);
    return valid ? 3 : 0;
  }
  const bool valid = first <= 0xF4 && bytes.size() >= 4 && IsContinuation(bytes[1]) &&
                     IsContinuation(bytes[2]) && IsContinuation(bytes[3]) &&
                     (first != 0xF0 || byte(1) >= 0x90) && (first != 0xF4 || byte(1) < 0x90);
  return valid ? 4 : 0;
}

}  // namespace

bool IsUtf8(std::string_view bytes) {
  if (IsAscii(bytes)) {
    return true;
  }
  while (!bytes.empty()) {
    if (bytes.size() >= 8 && IsAscii(bytes.substr(0, 8))) {
      bytes.remove_prefix(8);
    } else if (IsAscii(bytes.substr(0, 1))) {
      bytes.remove_prefix(1);
    } else if (const size_t size = CharacterSize(bytes)) {
      bytes.remove_prefix(size);
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace spanhold::otlp
