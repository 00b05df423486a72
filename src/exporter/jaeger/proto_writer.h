#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "src/exporter/jaeger/request_buffer.h"
#include "src/otlp/wire.h"
#include "src/otlp/wire_writer.h"

namespace spanhold::jaeger {

// Writes protobuf messages whose size is not known before. Field numbers up to 15.
//
// A writer of our own instead of protozero's, which leaves 5 bytes for each length, moves every
// message when it is there, and writes byte by byte into a string.
//
// Threading: thread-compatible. Ownership: the budget must outlive it and what it returns.
class ProtoWriter {
 public:
  ProtoWriter(size_t expected_size, MemoryBudget& budget) : out_(expected_size, budget) {}

  // What was written.
  Bytes Take() && { return std::move(out_).Take(); }

  void Varint(uint32_t number, uint64_t value) {
    char* out = out_.Append(1 + otlp::VarintSize(value));
    *out = Tag(number, otlp::WireType::kVarint);
    StoreVarint(value, out + 1);
  }
  void Double(uint32_t number, double value) {
    char* const out = out_.Append(1 + sizeof(value));
    *out = Tag(number, otlp::WireType::kFixed64);
    std::memcpy(out + 1, &value, sizeof(value));
  }
  // Strings and bytes are the same on the wire.
  void Text(uint32_t number, std::string_view text) {
    text.copy(Text(number, text.size()), text.size());
  }
  // The place of a text of that size.
  char* Text(uint32_t number, size_t size) {
    char* const out = out_.Append(otlp::FieldSize(size));
    *out = Tag(number, otlp::WireType::kBytes);
    return StoreVarint(size, out + 1);
  }

  // A message, whose fields `write_fields()` writes. When it turns out so much larger or smaller than
  // `expected_size` that its length takes more or fewer bytes, it is moved.
  template <typename WriteFields>
  void Message(uint32_t number, size_t expected_size, WriteFields&& write_fields) {
    const size_t expected_length_size = otlp::VarintSize(expected_size);
    *out_.Append(1 + expected_length_size) = Tag(number, otlp::WireType::kBytes);
    const size_t begin = out_.size();
    write_fields();
    const size_t size = out_.size() - begin;
    if (otlp::VarintSize(size) != expected_length_size) {
      out_.Move(begin, begin - expected_length_size + otlp::VarintSize(size));
    }
    StoreVarint(size, out_.data() + begin - expected_length_size);
  }

 private:
  static char Tag(uint32_t number, otlp::WireType type) {
    return static_cast<char>(otlp::MakeTag(number, type));
  }

  // Returns what comes after it.
  static char* StoreVarint(uint64_t value, char* out) {
    for (; value >= 0x80; value >>= 7U) {
      *out++ = static_cast<char>(value | 0x80U);
    }
    *out++ = static_cast<char>(value);
    return out;
  }

  RequestBuffer out_;
};

}  // namespace spanhold::jaeger
