#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "src/core/bytes.h"
#include "src/core/growing_bytes.h"
#include "src/core/memory_budget.h"
#include "src/otlp/json_name.h"

namespace spanhold::otlp {

// Writes JSON text from front to back.
//
// Threading: thread-compatible. Ownership: the budget must outlive it and what Take() returned.
class JsonWriter {
 public:
  // With room for `reservation.size()` bytes; what is more is taken from `budget`.
  JsonWriter(Reservation reservation, MemoryBudget& budget)
      : text_(std::move(reservation), budget) {}

  // What was written; text() until more is.
  std::string_view text() const { return text_.view(); }
  Bytes Take() && { return std::move(text_).Take(); }

  // As it is. Inlined by force: constants are then stored, not copied.
  [[gnu::always_inline]] void Write(std::string_view text) {
    std::memcpy(text_.Append(text.size()), text.data(), text.size());
  }
  [[gnu::always_inline]] void Write(char c) { *text_.Append(1) = c; }

  // In quotes, with a colon.
  void WriteKey(const JsonName& name) {
    char* const out = text_.Room(JsonName::kStoredSize);
    std::memcpy(out, name.as_key().data(), JsonName::kStoredSize);
    text_.EndAt(out + name.as_key().size());
  }

  // `text`, which is valid UTF-8, in quotes.
  void WriteString(std::string_view text);

  // "NaN", "Infinity" and "-Infinity" are strings (proto3's mapping), everything else the shortest
  // number that reads back as the same double.
  void WriteDouble(double value);

  void WriteInt(int64_t value);
  void WriteUint(uint64_t value);
  // Made for the time in nanoseconds, which has 19 digits.
  void WriteLongUint(uint64_t value);

  // Lower case, without quotes.
  void WriteHex(std::string_view bytes);

  // The standard alphabet with padding, without quotes.
  void WriteBase64(std::string_view bytes);

 private:
  [[gnu::noinline]] void WriteEscaped(std::string_view text);
  void WriteEscape(char c);
  template <typename T, typename... Format>
  void WriteNumber(T value, Format... format);

  GrowingBytes text_;
};

}  // namespace spanhold::otlp
