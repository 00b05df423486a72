#include "src/otlp/json_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <absl/strings/escaping.h>

#include "src/otlp/json_writer.h"

namespace spanhold::otlp {
namespace {

constexpr std::array<int8_t, 256> MakeHexValues() {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (int8_t i = 0; i < 10; ++i) {
    values['0' + i] = i;
  }
  for (int8_t i = 0; i < 6; ++i) {
    values['a' + i] = values['A' + i] = static_cast<int8_t>(10 + i);
  }
  return values;
}

// -1 for what is no digit.
int HexValue(char c) {
  static constexpr std::array<int8_t, 256> kValues = MakeHexValues();
  return kValues[static_cast<uint8_t>(c)];
}

// Of the four digits at `position`; -1 when they are not that.
int32_t HexUnit(std::string_view text, size_t position) {
  if (position + 4 > text.size()) {
    return -1;
  }
  int32_t unit = 0;
  for (size_t i = position; i < position + 4; ++i) {
    const int digit = HexValue(text[i]);
    if (digit < 0) {
      return -1;
    }
    unit = unit * 16 + digit;
  }
  return unit;
}

bool IsHighSurrogate(int32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool IsLowSurrogate(int32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

void AppendUtf8(std::string& out, uint32_t code_point) {
  const auto append = [&out](uint32_t byte) {
    out += static_cast<char>(byte);
  };
  if (code_point < 0x80) {
    append(code_point);
  } else if (code_point < 0x800) {
    append(0xC0U | (code_point >> 6U));
    append(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    append(0xE0U | (code_point >> 12U));
    append(0x80U | ((code_point >> 6U) & 0x3FU));
    append(0x80U | (code_point & 0x3FU));
  } else {
    append(0xF0U | (code_point >> 18U));
    append(0x80U | ((code_point >> 12U) & 0x3FU));
    append(0x80U | ((code_point >> 6U) & 0x3FU));
    append(0x80U | (code_point & 0x3FU));
  }
}

// Appends the character of the escape `\uXXXX` whose first digit is at `position`, and moves that
// past it, or past the pair of escapes that one character beyond U+FFFF takes.
bool AppendUnicodeEscape(std::string& out, std::string_view text, size_t& position) {
  constexpr uint32_t kReplacement = 0xFFFD;
  const int32_t unit = HexUnit(text, position);
  if (unit < 0) {
    return false;
  }
  position += 4;
  if (IsHighSurrogate(unit) && text.substr(position, 2) == "\\u") {
    const int32_t low = HexUnit(text, position + 2);
    if (IsLowSurrogate(low)) {
      position += 6;
      AppendUtf8(out, 0x10000U + ((static_cast<uint32_t>(unit) & 0x3FFU) << 10U) +
                          (static_cast<uint32_t>(low) & 0x3FFU));
      return true;
    }
  }
  const bool half = IsHighSurrogate(unit) || IsLowSurrogate(unit);
  AppendUtf8(out, half ? kReplacement : static_cast<uint32_t>(unit));
  return true;
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  MemoryBudget not_charged(UINT64_MAX);
  JsonWriter writer(not_charged.Reserve(text.size() + 16), not_charged);
  writer.WriteString(text);
  out += writer.text();
}

bool AppendUnescaped(std::string& out, std::string_view escaped) {
  for (size_t i = 0; i < escaped.size();) {
    const size_t backslash = std::min(escaped.find('\\', i), escaped.size());
    out += escaped.substr(i, backslash - i);
    i = backslash + 2;
    if (backslash == escaped.size()) {
      break;
    }
    if (i > escaped.size()) {
      return false;
    }
    switch (escaped[i - 1]) {
      case '"':
      case '\\':
      case '/':
        out += escaped[i - 1];
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u':
        if (!AppendUnicodeEscape(out, escaped, i)) {
          return false;
        }
        break;
      default:
        return false;
    }
  }
  return true;
}

bool ReadHex(std::string_view text, char* out) {
  if (text.size() % 2 != 0) {
    return false;
  }
  int valid = 0;  // negative once a digit was
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = HexValue(text[i]);
    const int low = HexValue(text[i + 1]);
    valid |= high | low;
    *out++ = static_cast<char>(high * 16 + low);
  }
  return valid >= 0;
}

bool AppendFromBase64(std::string& out, std::string_view text) {
  std::string bytes;
  const absl::string_view source(text.data(), text.size());
  if (!absl::Base64Unescape(source, &bytes) && !absl::WebSafeBase64Unescape(source, &bytes)) {
    return false;
  }
  out += bytes;
  return true;
}

}  // namespace spanhold::otlp
