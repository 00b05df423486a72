#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>

namespace spanhold::otlp {

// Protobuf wire bytes written by hand, malformed ones too, apart from all code under test.

inline std::string Varint(uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7U) {
    out += static_cast<char>(value | 0x80U);
  }
  return out + static_cast<char>(value);
}

inline std::string Tag(uint32_t number, uint32_t wire_type) {
  return Varint(uint64_t{number} << 3U | wire_type);
}

inline std::string VarintField(uint32_t number, uint64_t value) {
  return Tag(number, 0) + Varint(value);
}

inline std::string Fixed64Field(uint32_t number, uint64_t value) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &value, 8);
  return Tag(number, 1) + bytes;
}

inline std::string DoubleField(uint32_t number, double value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, 8);
  return Fixed64Field(number, bits);
}

inline std::string Fixed32Field(uint32_t number, uint32_t value) {
  std::string bytes(4, '\0');
  std::memcpy(bytes.data(), &value, 4);
  return Tag(number, 5) + bytes;
}

// A string, bytes or message.
inline std::string Field(uint32_t number, const std::string& content) {
  return Tag(number, 2) + Varint(content.size()) + content;
}

inline std::string Join(std::initializer_list<std::string> parts) {
  std::string out;
  for (const std::string& part : parts) {
    out += part;
  }
  return out;
}

// A KeyValue with a string, as the content of an `attributes` field.
inline std::string StringAttribute(const std::string& key, const std::string& value) {
  return Field(1, key) + Field(2, Field(1, value));
}

// A request with one span, whose content this is.
inline std::string RequestWithSpan(const std::string& span) {
  return Field(1, Field(2, Field(2, span)));
}

}  // namespace spanhold::otlp
