#include "src/otlp/json_text.h"

#include <array>
#include <charconv>
#include <cmath>

#include <absl/strings/escaping.h>

namespace spanhold::otlp {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

template <typename T, typename... Format>
void AppendNumber(std::string& out, T value, Format... format) {
  std::array<char, 32> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format...);
  out.append(buffer.data(), result.ptr);
}

// The letter after the backslash; 0 for characters that need no escape or have no short one.
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

bool NeedsEscape(char c) {
  return static_cast<uint8_t>(c) < 0x20 || c == '"' || c == '\\';
}

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
  out += '"';
  size_t copied = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!NeedsEscape(text[i])) {
      continue;
    }
    out += text.substr(copied, i - copied);
    copied = i + 1;
    out += '\\';
    if (const char escape = ShortEscape(text[i]); escape != 0) {
      out += escape;
    } else {
      out += "u00";
      AppendHex(out, text.substr(i, 1));
    }
  }
  out += text.substr(copied);
  out += '"';
}

void AppendJsonDouble(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
  } else if (std::isinf(value)) {
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else if (const double size = std::abs(value); size != 0 && (size < 1e-6 || size >= 1e21)) {
    AppendNumber(out, value, std::chars_format::scientific);
  } else {
    AppendNumber(out, value, std::chars_format::fixed);  // JavaScript's limits for it
  }
}

void AppendJsonInt(std::string& out, int64_t value) {
  AppendNumber(out, value);
}
void AppendJsonUint(std::string& out, uint64_t value) {
  AppendNumber(out, value);
}

void AppendHex(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    out += kHexDigits[byte >> 4U];
    out += kHexDigits[byte & 0xFU];
  }
}

void AppendBase64(std::string& out, std::string_view bytes) {
  out += absl::Base64Escape({bytes.data(), bytes.size()});
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
