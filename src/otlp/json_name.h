#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spanhold::otlp {

// A field's name in JSON: `start_time_unix_nano` is `startTimeUnixNano`.
class JsonName {
 public:
  // As much can be read from where the key begins: a copy of a fixed size costs less.
  static constexpr size_t kStoredSize = 32;

  constexpr JsonName() = default;
  explicit constexpr JsonName(std::string_view name) {
    Append('"');
    bool upper = false;
    for (const char c : name) {
      if (c != '_') {
        Append(upper ? static_cast<char>(c - 'a' + 'A') : c);
      }
      upper = c == '_';
    }
    Append('"');
    Append(':');
  }

  constexpr std::string_view view() const { return {text_.data() + 1, size_ - size_t{3}}; }
  // As it is written before its value: quoted, with a colon.
  constexpr std::string_view as_key() const { return {text_.data(), size_}; }

 private:
  constexpr void Append(char c) { text_[size_++] = c; }

  std::array<char, kStoredSize> text_{};
  uint8_t size_ = 0;
};

}  // namespace spanhold::otlp
