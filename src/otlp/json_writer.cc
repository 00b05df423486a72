#include "src/otlp/json_writer.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include <absl/strings/escaping.h>

#include "src/otlp/json_plain.h"
#include "src/otlp/wire.h"

namespace spanhold::otlp {
namespace {

constexpr size_t kWord = sizeof(uint64_t);
constexpr size_t kMaxNumberSize = 32;

constexpr auto kHexPairs = [] {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (size_t byte = 0; byte < pairs.size(); ++byte) {
    pairs[byte] = {kDigits[byte >> 4U], kDigits[byte & 0xFU]};
  }
  return pairs;
}();

constexpr uint64_t EachByte(uint8_t value) {
  return 0x0101010101010101U * value;
}

// Copies the word at `in` to `out`; how many of its characters stand before one that needs an escape.
size_t CopyWord(const char* in, char* out) {
  uint64_t word = 0;
  std::memcpy(&word, in, kWord);
  std::memcpy(out, &word, kWord);
  return static_cast<size_t>(std::countr_zero(NotPlain(word))) / 8;
}

// Copies `text` to `out` up to the first character that needs an escape; how many those are. Up to
// a word more is written.
[[gnu::always_inline]] inline size_t CopyPlain(std::string_view text, char* out) {
  size_t copied = 0;
  if (text.size() < kWord) {
    while (copied < text.size() && IsPlain(text[copied])) {
      out[copied] = text[copied];
      ++copied;
    }
    return copied;
  }
  const size_t last = text.size() - kWord;
  for (; copied < last; copied += kWord) {
    if (const size_t plain = CopyWord(text.data() + copied, out + copied); plain < kWord) {
      return copied + plain;
    }
  }
  // The last word overlaps the one before.
  return last + CopyWord(text.data() + last, out + last);
}

// The letter after the backslash; 0 for characters that have none.
char ShortEscape(char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

// In three steps, each of which splits all parts of a word in two: four digits, two, one. The
// divisions by 100 and by 10 are exact for as many digits.
void StoreEightDigits(uint64_t value, char* out) {
  uint64_t word = value / 10'000 | value % 10'000 << 32U;
  const uint64_t hundreds = (word * 10'486 >> 20U) & 0x0000'007F'0000'007F;
  word = hundreds | (word - 100 * hundreds) << 16U;
  const uint64_t tens = (word * 103 >> 10U) & 0x000F'000F'000F'000F;
  word = tens | (word - 10 * tens) << 8U;
  word += EachByte('0');
  std::memcpy(out, &word, sizeof(word));
}

}  // namespace

void JsonWriter::WriteString(std::string_view text) {
  char* const out = text_.Room(text.size() + kWord + 1);
  *out = '"';
  const size_t plain = CopyPlain(text, out + 1);
  text_.EndAt(out + 1 + plain);
  if (plain < text.size()) {
    WriteEscaped(text.substr(plain));
  }
  Write('"');
}

void JsonWriter::WriteDouble(double value) {
  if (std::isnan(value)) {
    Write("\"NaN\"");
  } else if (std::isinf(value)) {
    Write(value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  } else if (const double size = std::abs(value); size != 0 && (size < 1e-6 || size >= 1e21)) {
    WriteNumber(value, std::chars_format::scientific);
  } else {
    WriteNumber(value, std::chars_format::fixed);  // JavaScript's limits for it
  }
}

void JsonWriter::WriteInt(int64_t value) {
  WriteNumber(value);
}

void JsonWriter::WriteUint(uint64_t value) {
  WriteNumber(value);
}

void JsonWriter::WriteLongUint(uint64_t value) {
  constexpr uint64_t kEightDigits = 100'000'000;
  constexpr uint64_t kSixteenDigits = kEightDigits * kEightDigits;
  if (value < kSixteenDigits) {
    WriteNumber(value);
    return;
  }
  WriteNumber(value / kSixteenDigits);
  char* const out = text_.Append(2 * kWord);
  StoreEightDigits(value / kEightDigits % kEightDigits, out);
  StoreEightDigits(value % kEightDigits, out + kWord);
}

void JsonWriter::WriteHex(std::string_view bytes) {
  char* out = text_.Append(2 * bytes.size());
  for (const char c : bytes) {
    std::memcpy(out, kHexPairs[static_cast<uint8_t>(c)].data(), 2);
    out += 2;
  }
}

void JsonWriter::WriteBase64(std::string_view bytes) {
  Write(absl::Base64Escape({bytes.data(), bytes.size()}));
}

// `text` begins with a character that needs an escape.
void JsonWriter::WriteEscaped(std::string_view text) {
  while (!text.empty()) {
    WriteEscape(text[0]);
    text.remove_prefix(1);
    char* const out = text_.Room(text.size() + kWord);
    const size_t plain = CopyPlain(text, out);
    text_.EndAt(out + plain);
    text.remove_prefix(plain);
  }
}

void JsonWriter::WriteEscape(char c) {
  Write('\\');
  if (const char letter = ShortEscape(c); letter != 0) {
    Write(letter);
  } else {
    Write("u00");
    WriteHex({&c, 1});
  }
}

template <typename T, typename... Format>
void JsonWriter::WriteNumber(T value, Format... format) {
  char* const out = text_.Room(kMaxNumberSize);
  text_.EndAt(std::to_chars(out, out + kMaxNumberSize, value, format...).ptr);
}

}  // namespace spanhold::otlp
