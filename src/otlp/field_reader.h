#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "src/otlp/wire.h"

namespace spanhold::otlp {

// The wire bytes of one message, nearly always one stretch. Several when a sender wrote a singular
// message field in pieces: protobuf merges them as if they stood one after another.
//
// Threading: thread-compatible. Ownership: the bytes must outlive it.
class MessageBytes {
 public:
  MessageBytes() = default;
  explicit MessageBytes(std::string_view only) : first_(only) {}

  void Assign(std::string_view only) {
    first_ = only;
    if (!more_.empty()) {
      more_.clear();
    }
  }

  // Appending nothing changes nothing: an empty piece has no fields.
  void Append(std::string_view piece) {
    if (first_.empty()) {
      first_ = piece;
    } else if (!piece.empty()) {
      AppendMore(piece);
    }
  }

  std::string_view first() const { return first_; }
  const std::vector<std::string_view>& more() const { return more_; }

 private:
  // Out of line: seldom called, and larger than all of Append().
  [[gnu::noinline]] void AppendMore(std::string_view piece) { more_.push_back(piece); }

  std::string_view first_;
  std::vector<std::string_view> more_;
};

// Reads the fields of a message that Decode() has accepted, in wire order, unknown ones too.
//
//   for (FieldReader field(message); field.Next();) { switch (field.tag()) ... }
//
// Threading: thread-compatible. Ownership: `message` and its bytes must outlive it.
class FieldReader {
 public:
  explicit FieldReader(std::string_view message) : cursor_(message) {}
  explicit FieldReader(const MessageBytes& message)
      : cursor_(message.first()), rest_(message.more()) {}

  // Moves to the next field; false when there is none. In bytes that Decode() has not accepted, the
  // first malformed field is the end.
  [[gnu::always_inline]] bool Next() {
    while (cursor_.done()) {
      if (rest_.empty()) {
        return false;
      }
      cursor_ = WireCursor(rest_.front());
      rest_ = rest_.subspan(1);
    }
    return cursor_.ReadTag(tag_) && ReadValue();
  }

  uint32_t tag() const { return tag_; }
  uint32_t number() const { return FieldNumber(tag_); }

  // Of a varint, fixed64 or fixed32 field.
  uint64_t scalar() const { return scalar_; }
  // Of a length-delimited field.
  std::string_view bytes() const { return bytes_; }

 private:
  [[gnu::always_inline]] bool ReadValue() {
    switch (WireTypeOf(tag_)) {
      case WireType::kVarint:
        return cursor_.ReadVarint(scalar_);
      case WireType::kFixed64:
        return cursor_.ReadFixed64(scalar_);
      case WireType::kBytes:
        return cursor_.ReadBytes(bytes_);
      case WireType::kFixed32: {
        uint32_t value = 0;
        const bool ok = cursor_.ReadFixed32(value);
        scalar_ = value;
        return ok;
      }
      default:
        return false;
    }
  }

  WireCursor cursor_;
  std::span<const std::string_view> rest_;
  uint32_t tag_ = 0;
  uint64_t scalar_ = 0;
  std::string_view bytes_;
};

}  // namespace spanhold::otlp
