#pragma once

#include <cstdint>

namespace spanhold::otlp {

// A character that stands for itself in a JSON string: neither a quote nor a backslash nor a control
// character. (A byte of a character beyond ASCII is plain too.)
constexpr bool IsPlain(char c) {
  return static_cast<uint8_t>(c) >= 0x20 && c != '"' && c != '\\';
}

// Of eight characters, the first of them lowest, the high bits of those that are not plain: the lowest
// is that of the first. Subtracting sets the high bit of a character less than what is subtracted, and
// of those beyond ASCII, which are plain.
constexpr uint64_t NotPlain(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101U;
  const uint64_t less =
      (word - kOnes * 0x20) | ((word ^ (kOnes * '"')) - kOnes) | ((word ^ (kOnes * '\\')) - kOnes);
  return less & ~word & (kOnes << 7U);
}

}  // namespace spanhold::otlp
