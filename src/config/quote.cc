#include "src/config/quote.h"

namespace spanhold::config {
namespace {

constexpr size_t kMaxShown = 80;
constexpr char kHex[] = "0123456789abcdef";

// Whether `byte` continues a UTF-8 sequence (RFC 3629 section 3), so that a cut before it would
// split a character.
bool IsContinuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

std::string QuoteWhole(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string Quote(std::string_view text) {
  if (text.size() <= kMaxShown) {
    return QuoteWhole(text);
  }
  size_t shown = kMaxShown;
  while (shown > 0 && IsContinuation(text[shown])) {
    --shown;
  }
  return QuoteWhole(std::string(text.substr(0, shown)) + "...");
}

}  // namespace spanhold::config
