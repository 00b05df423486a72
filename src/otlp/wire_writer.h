#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace spanhold::otlp {

// A division by 7, exact up to 64 bits, as a multiplication and a shift: protobuf's own.
constexpr uint64_t VarintSize(uint64_t value) {
  return (static_cast<uint64_t>(std::bit_width(value | 1U)) * 9 + 64) / 64;
}

// Of a length-delimited field with a one-byte tag (number 15 at most).
constexpr uint64_t FieldSize(uint64_t content_size) {
  return 1 + VarintSize(content_size) + content_size;
}

// Writes protobuf wire bytes into a buffer that is known to be large enough.
//
// Threading: thread-compatible. Ownership: the buffer must outlive it.
class WireWriter {
 public:
  explicit WireWriter(char* out) : out_(out) {}

  const char* position() const { return out_; }

  // The one-byte tag and the length of a field whose content is written next.
  void WriteFieldStart(uint32_t tag, uint64_t content_size) {
    *out_++ = static_cast<char>(tag);
    for (; content_size >= 0x80; content_size >>= 7U) {
      *out_++ = static_cast<char>(content_size | 0x80U);
    }
    *out_++ = static_cast<char>(content_size);
  }

  void Write(std::string_view bytes) {
    if (!bytes.empty()) {  // memcpy() may not be given the null of an empty view
      std::memcpy(out_, bytes.data(), bytes.size());
      out_ += bytes.size();
    }
  }

 private:
  char* out_;
};

}  // namespace spanhold::otlp
