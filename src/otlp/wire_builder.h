#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "src/otlp/wire.h"
#include "src/otlp/wire_writer.h"

namespace spanhold::otlp {

// Writes the wire bytes of messages whose sizes are not known before their contents are.
//
// Threading: thread-compatible.
class WireBuilder {
 public:
  // Room for `capacity` bytes; more is made when it is needed.
  explicit WireBuilder(size_t capacity)
      : buffer_(std::make_unique_for_overwrite<char[]>(capacity)),
        position_(buffer_.get()),
        end_(position_ + capacity) {}

  std::string_view view() const { return {buffer_.get(), size()}; }
  size_t capacity() const { return static_cast<size_t>(end_ - buffer_.get()); }

  void AddVarint(uint32_t number, uint64_t value) {
    MakeRoom(kMaxTagSize + kMaxVarintSize);
    WriteTag(number, WireType::kVarint);
    WriteVarint(value);
  }

  template <typename T>  // uint32_t, uint64_t, double
  void AddFixed(uint32_t number, T value) {
    MakeRoom(kMaxTagSize + sizeof(value));
    WriteTag(number, sizeof(value) == sizeof(uint64_t) ? WireType::kFixed64 : WireType::kFixed32);
    std::memcpy(position_, &value, sizeof(value));
    position_ += sizeof(value);
  }

  void AddBytes(uint32_t number, std::string_view bytes) {
    MakeRoom(kMaxTagSize + kMaxVarintSize + bytes.size());
    WriteBytes(number, bytes);
  }

  // `size` bytes, which the caller writes to where it returns.
  char* AddBytes(uint32_t number, size_t size) {
    MakeRoom(kMaxTagSize + kMaxVarintSize + size);
    WriteTag(number, WireType::kBytes);
    WriteVarint(size);
    return std::exchange(position_, position_ + size);
  }

  // A KeyValue with a text.
  void AddStringAttribute(uint32_t number, std::string_view key, std::string_view value) {
    const size_t value_size = FieldSize(value.size());
    const size_t size = FieldSize(key.size()) + FieldSize(value_size);
    MakeRoom(kMaxTagSize + kMaxVarintSize + size);
    WriteTag(number, WireType::kBytes);
    WriteVarint(size);
    WriteBytes(1, key);
    WriteTag(2, WireType::kBytes);
    WriteVarint(value_size);
    WriteBytes(1, value);
  }

  // A message that has begun and not ended.
  struct OpenMessage {
    size_t start;        // of its content
    size_t length_size;  // the bytes left for its length
  };

  // What is added until EndMessage() is the content of a message in field `number`. With a length that
  // takes `length_size` bytes it stays where it is written.
  OpenMessage BeginMessage(uint32_t number, size_t length_size) {
    MakeRoom(kMaxTagSize + kMaxVarintSize);
    WriteTag(number, WireType::kBytes);
    position_ += length_size;
    return {size(), length_size};
  }

  // Returns the bytes that the length takes.
  size_t EndMessage(const OpenMessage& message) {
    const size_t content_size = size() - message.start;
    const size_t length_size = VarintSize(content_size);
    if (length_size != message.length_size) {
      MoveContent(message, length_size);
    }
    char* const end = position_;
    position_ = end - content_size - length_size;
    WriteVarint(content_size);
    position_ = end;
    return length_size;
  }

 private:
  static constexpr size_t kMaxTagSize = 2;  // numbers up to kMaxFieldNumber
  static constexpr size_t kMaxVarintSize = 10;

  size_t size() const { return static_cast<size_t>(position_ - buffer_.get()); }

  // To where it begins when its length takes `length_size` bytes.
  void MoveContent(const OpenMessage& message, size_t length_size) {
    MakeRoom(kMaxVarintSize);
    const size_t content_size = size() - message.start;
    char* const begin = buffer_.get() + message.start - message.length_size;
    std::memmove(begin + length_size, buffer_.get() + message.start, content_size);
    position_ = begin + length_size + content_size;
  }

  void WriteTag(uint32_t number, WireType type) { WriteVarint(MakeTag(number, type)); }

  void WriteBytes(uint32_t number, std::string_view bytes) {
    WriteTag(number, WireType::kBytes);
    WriteVarint(bytes.size());
    if (!bytes.empty()) {
      std::memcpy(position_, bytes.data(), bytes.size());
      position_ += bytes.size();
    }
  }

  void WriteVarint(uint64_t value) {
    for (; value >= 0x80; value >>= 7U) {
      *position_++ = static_cast<char>(value | 0x80U);
    }
    *position_++ = static_cast<char>(value);
  }

  void MakeRoom(size_t extra) {
    if (extra > static_cast<size_t>(end_ - position_)) {
      Reallocate(std::max(2 * capacity(), size() + extra));
    }
  }

  void Reallocate(size_t capacity) {
    auto buffer = std::make_unique_for_overwrite<char[]>(capacity);
    const size_t used = size();
    std::copy(buffer_.get(), position_, buffer.get());
    buffer_ = std::move(buffer);
    position_ = buffer_.get() + used;
    end_ = buffer_.get() + capacity;
  }

  std::unique_ptr<char[]> buffer_;
  char* position_;
  char* end_;
};

}  // namespace spanhold::otlp
