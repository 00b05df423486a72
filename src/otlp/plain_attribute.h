#pragma once

#include <cstdint>
#include <string_view>

#include "src/otlp/wire.h"

namespace spanhold::otlp {

// A KeyValue as nearly all are: key, then value, each once and shorter than 128 bytes. Whoever reads
// attributes looks for this first: it takes a third of what a loop over their fields does.
struct PlainAttribute {
  std::string_view key;
  std::string_view value;  // an AnyValue
};

// Whether `message`, which may be anything, has that form.
inline bool ReadPlainAttribute(std::string_view message, PlainAttribute& attribute) {
  const auto* const bytes = reinterpret_cast<const uint8_t*>(message.data());
  const size_t size = message.size();
  if (size < 4 || bytes[0] != MakeTag(1, WireType::kBytes)) {
    return false;
  }
  const size_t key_size = bytes[1];
  const size_t value = 2 + key_size + 2;
  if (key_size >= 0x80 || value > size || bytes[value - 2] != MakeTag(2, WireType::kBytes) ||
      bytes[value - 1] >= 0x80 || value + bytes[value - 1] != size) {
    return false;
  }
  attribute = {{message.data() + 2, key_size}, {message.data() + value, size - value}};
  return true;
}

// Whether `value`, an AnyValue, is a string, once and shorter than 128 bytes.
inline bool ReadPlainText(std::string_view value, std::string_view& text) {
  const auto* const bytes = reinterpret_cast<const uint8_t*>(value.data());
  if (value.size() < 2 || bytes[0] != MakeTag(1, WireType::kBytes) || bytes[1] >= 0x80 ||
      value.size() != size_t{2} + bytes[1]) {
    return false;
  }
  text = value;
  text.remove_prefix(2);
  return true;
}

}  // namespace spanhold::otlp
