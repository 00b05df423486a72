#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "src/otlp/json_plain.h"

namespace spanhold::otlp {

// Reads JSON text (RFC 8259) from front to back. The caller knows what should come next and asks for
// it; nothing is built in between. Every Read returns false once something else comes, which
// problem() then says; after that only problem() may be called.
//
// All of what is read is checked, also what is skipped: grammar, escapes that can be read, strings
// in UTF-8. Nothing is read beyond the text, and nesting costs no stack but the caller's own.
//
// A reader of our own instead of simdjson, which needs a padded copy of the text and an index of
// four bytes for each of its characters: a JSON request takes a quarter of the memory and of the time.
// See docs/decisions/json.md.
//
// Threading: thread-compatible. Ownership: the text must outlive it and the views it gives.
class JsonReader {
 public:
  explicit JsonReader(std::string_view json)
      : begin_(json.data()), position_(begin_), end_(begin_ + json.size()) {}

  // The first character of what comes next, past white space; 0 at the end.
  [[gnu::always_inline]] char Peek() {
    if (position_ == end_ || IsSpace(*position_)) [[unlikely]] {
      SkipSpace();
    }
    return position_ != end_ ? *position_ : '\0';
  }

  // Calls `member()` for each of an object's, which reads its key and its value, or returns false.
  template <typename Member>
  bool ReadObject(Member&& member) {
    return ReadSequence('{', '}', "not an object", member);
  }

  // Calls `item()` for each of an array's, which reads it, or returns false.
  template <typename Item>
  bool ReadArray(Item&& item) {
    return ReadSequence('[', ']', "not an array", item);
  }

  // Takes `text` if exactly that comes, white space included.
  bool Take(std::string_view text) {
    if (!ComesNext(text)) {
      return false;
    }
    position_ += text.size();
    return true;
  }

  // A key and its colon. `text` is what it stands for: a part of the JSON, or of `scratch` when there
  // are escapes.
  bool ReadKey(std::string& scratch, std::string_view& text);

  // A string in the same way.
  [[gnu::always_inline]] bool ReadString(std::string& scratch, std::string_view& text) {
    Peek();
    return TakePlainString(text) || ReadOtherString(scratch, text);
  }

  // A string of ASCII without escapes, if that comes at once. Inlined by force: through memory, `text`
  // would be stored in two halves and loaded as one, which the processor waits for: 40 % of
  // DecodeJson().
  [[gnu::always_inline]] bool TakePlainString(std::string_view& text) {
    if (position_ == end_ || *position_ != '"') {
      return false;
    }
    const char* const begin = position_ + 1;
    uint64_t seen = 0;
    const char* const end = FindNotPlain(begin, seen);
    if (end == end_ || *end != '"' || (seen & kHighBits) != 0) {
      return false;
    }
    text = {begin, static_cast<size_t>(end - begin)};
    position_ = end + 1;
    return true;
  }

  // To go back to.
  const char* position() const { return position_; }
  void Return(const char* position) { position_ = position; }

  // A number as it is written.
  bool ReadNumber(std::string_view& text);

  bool ReadBool(bool& value);
  bool ReadNull();

  // Any value.
  bool Skip();

  // The end of the text.
  bool ReadEnd();

  // Always false. Also for what the caller finds wrong with a value.
  bool Fail(std::string problem);
  const std::string& problem() const { return problem_; }

 private:
  static constexpr uint64_t kHighBits = 0x8080808080808080U;

  static bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

  // Compares words, since calls of memcmp() for texts this short are 3 % of DecodeJson().
  bool ComesNext(std::string_view text) const {
    const size_t size = text.size();
    if (static_cast<size_t>(end_ - position_) < size) {
      return false;
    }
    if (size < sizeof(uint64_t)) {
      return std::memcmp(position_, text.data(), size) == 0;
    }
    size_t i = 0;
    for (; size - i > sizeof(uint64_t); i += sizeof(uint64_t)) {
      if (Word(position_ + i) != Word(text.data() + i)) {
        return false;
      }
    }
    const size_t last = size - sizeof(uint64_t);
    return Word(position_ + last) == Word(text.data() + last);
  }

  static uint64_t Word(const char* bytes) {
    uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof(word));
    return word;
  }

  // The first character at or after `position` that is not plain, or the end. `seen` gets the bits
  // of all characters before it, and maybe of some after it.
  [[gnu::always_inline]] const char* FindNotPlain(const char* position, uint64_t& seen) const {
    for (; end_ - position >= 8; position += 8) {
      const uint64_t word = Word(position);
      seen |= word;
      if (const uint64_t found = NotPlain(word)) {
        return position + std::countr_zero(found) / 8;
      }
    }
    return FindNotPlainAtEnd(position, seen);
  }
  // The same in less than a word.
  const char* FindNotPlainAtEnd(const char* position, uint64_t& seen) const;

  [[gnu::always_inline]] bool Take(char c) {
    if (Peek() != c) {
      return false;
    }
    ++position_;
    return true;
  }

  template <typename Element>
  bool ReadSequence(char open, char close, std::string_view expected, Element& element) {
    if (!Take(open)) {
      return FailExpecting(expected);
    }
    if (Take(close)) {
      return true;
    }
    do {
      if (!element()) {
        return false;
      }
    } while (Take(','));
    return Take(close) || FailMalformed();
  }

  bool ReadOtherString(std::string& scratch, std::string_view& text);
  // The inside of a string as it is written, and whether it has escapes.
  bool ReadRawString(std::string_view& inside, bool& escapes);
  bool ReadWord(std::string_view word);
  bool SkipDigits();
  void SkipSpace();
  bool FailMalformed();
  // `expected` if another value comes.
  bool FailExpecting(std::string_view expected);

  const char* const begin_;
  const char* position_;
  const char* const end_;
  std::string problem_;
};

}  // namespace spanhold::otlp
