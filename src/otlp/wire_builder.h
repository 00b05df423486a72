#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "src/core/bytes.h"
#include "src/core/growing_bytes.h"
#include "src/core/memory_budget.h"
#include "src/otlp/wire.h"
#include "src/otlp/wire_writer.h"

namespace spanhold::otlp {

// Writes the wire bytes of messages whose sizes are not known before their contents are. Instead of
// protozero's, which leaves five bytes for each length, moves every message when it has it, and
// writes byte by byte into a string.
//
// Threading: thread-compatible. Ownership: the budget must outlive it and what Take() returned.
class WireBuilder {
 public:
  // With room for `reservation.size()` bytes; what is more is taken from `budget`.
  WireBuilder(Reservation reservation, MemoryBudget& budget)
      : bytes_(std::move(reservation), budget) {}

  // What was written; view() until more is.
  std::string_view view() const { return bytes_.view(); }
  Bytes Take() && { return std::move(bytes_).Take(); }

  void AddVarint(uint32_t number, uint64_t value) {
    char* out = bytes_.Room(kMaxTagSize + kMaxVarintSize);
    out = StoreTag(number, WireType::kVarint, out);
    bytes_.EndAt(StoreVarint(value, out));
  }

  template <typename T>  // uint32_t, uint64_t, double
  void AddFixed(uint32_t number, T value) {
    constexpr WireType kType =
        sizeof(value) == sizeof(uint64_t) ? WireType::kFixed64 : WireType::kFixed32;
    char* const out = StoreTag(number, kType, bytes_.Room(kMaxTagSize + sizeof(value)));
    std::memcpy(out, &value, sizeof(value));
    bytes_.EndAt(out + sizeof(value));
  }

  // A string, bytes, or a whole message.
  void AddBytes(uint32_t number, std::string_view content) {
    char* const out = bytes_.Room(kMaxTagSize + kMaxVarintSize + content.size());
    bytes_.EndAt(StoreBytes(number, content, out));
  }

  // `size` bytes, which the caller writes to where it returns.
  char* AddBytes(uint32_t number, size_t size) {
    char* out = bytes_.Room(kMaxTagSize + kMaxVarintSize + size);
    out = StoreVarint(size, StoreTag(number, WireType::kBytes, out));
    bytes_.EndAt(out + size);
    return out;
  }

  // A KeyValue with a string.
  void AddStringAttribute(uint32_t number, std::string_view key, std::string_view value) {
    const size_t value_size = FieldSize(value.size());
    const size_t size = FieldSize(key.size()) + FieldSize(value_size);
    char* out = bytes_.Room(kMaxTagSize + kMaxVarintSize + size);
    out = StoreVarint(size, StoreTag(number, WireType::kBytes, out));
    out = StoreBytes(1, key, out);
    out = StoreVarint(value_size, StoreTag(2, WireType::kBytes, out));
    bytes_.EndAt(StoreBytes(1, value, out));
  }

  // A message in field `number` with the content that `add_content()` adds. Returns its size. When its
  // length takes other than the bytes that `expected_size` takes, the content is moved.
  template <typename AddContent>
  size_t AddMessage(uint32_t number, size_t expected_size, AddContent&& add_content) {
    const size_t expected_length_size = VarintSize(expected_size);
    char* const begin = bytes_.Room(kMaxTagSize + kMaxVarintSize);
    bytes_.EndAt(StoreTag(number, WireType::kBytes, begin) + expected_length_size);
    const size_t start = bytes_.size();
    add_content();
    const size_t size = bytes_.size() - start;
    const size_t length_size = VarintSize(size);
    bytes_.Room(kMaxVarintSize);
    char* const length = bytes_.data() + start - expected_length_size;
    if (length_size != expected_length_size) {
      std::memmove(length + length_size, length + expected_length_size, size);
    }
    bytes_.EndAt(StoreVarint(size, length) + size);
    return size;
  }

 private:
  static constexpr size_t kMaxTagSize = 2;  // numbers up to 2047
  static constexpr size_t kMaxVarintSize = 10;

  // These return where the next byte belongs.

  static char* StoreTag(uint32_t number, WireType type, char* out) {
    return StoreVarint(MakeTag(number, type), out);
  }
  static char* StoreVarint(uint64_t value, char* out) {
    for (; value >= 0x80; value >>= 7U) {
      *out++ = static_cast<char>(value | 0x80U);
    }
    *out++ = static_cast<char>(value);
    return out;
  }
  static char* StoreBytes(uint32_t number, std::string_view content, char* out) {
    out = StoreVarint(content.size(), StoreTag(number, WireType::kBytes, out));
    return out + content.copy(out, content.size());
  }

  GrowingBytes bytes_;
};

}  // namespace spanhold::otlp
