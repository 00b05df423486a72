#include "src/otlp/json_reader.h"

#include <cstring>
#include <utility>
#include <vector>

#include "src/otlp/json_text.h"
#include "src/otlp/utf8.h"

namespace spanhold::otlp {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

bool JsonReader::ReadKey(std::string& scratch, std::string_view& text) {
  return ReadString(scratch, text) && (Take(':') || FailMalformed());
}

bool JsonReader::ReadOtherString(std::string& scratch, std::string_view& text) {
  bool escapes = false;
  if (!ReadRawString(text, escapes)) {
    return false;
  }
  if (!escapes) {
    return true;
  }
  scratch.clear();
  if (!AppendUnescaped(scratch, text)) {
    return Fail("malformed escape in a string");
  }
  text = scratch;
  return true;
}

const char* JsonReader::FindNotPlainAtEnd(const char* position, uint64_t& seen) const {
  for (; position != end_ && IsPlain(*position); ++position) {
    seen |= static_cast<uint8_t>(*position);
  }
  return position;
}

bool JsonReader::ReadRawString(std::string_view& inside, bool& escapes) {
  if (!Take('"')) {
    return FailExpecting("not a string");
  }
  const char* const begin = position_;
  uint64_t seen = 0;
  position_ = FindNotPlain(position_, seen);
  while (end_ - position_ >= 2 && *position_ == '\\') {
    escapes = true;
    position_ = FindNotPlain(position_ + 2, seen);
  }
  if (position_ == end_ || *position_ != '"') {
    return FailMalformed();
  }
  inside = {begin, static_cast<size_t>(position_ - begin)};
  ++position_;
  return (seen & kHighBits) == 0 || IsUtf8(inside) || Fail("a string is not valid UTF-8");
}

bool JsonReader::ReadNumber(std::string_view& text) {
  const char first = Peek();
  if (first != '-' && !IsDigit(first)) {
    return FailExpecting("not a number");
  }
  const char* const begin = position_;
  const auto take = [this](char c) {
    const bool taken = position_ != end_ && *position_ == c;
    position_ += taken ? 1 : 0;
    return taken;
  };
  take('-');
  // No digits follow a zero in front.
  if (!take('0') && !SkipDigits()) {
    return FailMalformed();
  }
  if (take('.') && !SkipDigits()) {
    return FailMalformed();
  }
  if (take('e') || take('E')) {
    take('+') || take('-');
    if (!SkipDigits()) {
      return FailMalformed();
    }
  }
  text = {begin, static_cast<size_t>(position_ - begin)};
  return true;
}

// One or more.
bool JsonReader::SkipDigits() {
  const char* const begin = position_;
  while (position_ != end_ && IsDigit(*position_)) {
    ++position_;
  }
  return position_ != begin;
}

bool JsonReader::ReadBool(bool& value) {
  value = Peek() == 't';
  return value || Peek() == 'f' ? ReadWord(value ? "true" : "false")
                                : FailExpecting("neither true nor false");
}

bool JsonReader::ReadNull() {
  return Peek() == 'n' ? ReadWord("null") : FailExpecting("not null");
}

void JsonReader::SkipSpace() {
  while (position_ != end_ && IsSpace(*position_)) {
    ++position_;
  }
}

bool JsonReader::ReadWord(std::string_view word) {
  if (!std::string_view(position_, static_cast<size_t>(end_ - position_)).starts_with(word)) {
    return FailMalformed();
  }
  position_ += word.size();
  return true;
}

bool JsonReader::Skip() {
  std::string scratch;
  std::string_view text;
  std::vector<bool> objects;  // what is open, from the outside in: an object, or an array
  do {
    bool read = true;
    switch (Peek()) {
      case '{':
        ++position_;
        if (!Take('}')) {
          objects.push_back(true);
          if (!ReadKey(scratch, text)) {
            return false;
          }
          continue;
        }
        break;
      case '[':
        ++position_;
        if (!Take(']')) {
          objects.push_back(false);
          continue;
        }
        break;
      case '"':
        read = ReadString(scratch, text);
        break;
      case 't':
        read = ReadWord("true");
        break;
      case 'f':
        read = ReadWord("false");
        break;
      case 'n':
        read = ReadWord("null");
        break;
      default:
        read = ReadNumber(text);
        break;
    }
    if (!read) {
      return false;
    }
    while (!objects.empty() && !Take(',')) {
      if (!Take(objects.back() ? '}' : ']')) {
        return FailMalformed();
      }
      objects.pop_back();
    }
    if (!objects.empty() && objects.back() && !ReadKey(scratch, text)) {
      return false;
    }
  } while (!objects.empty());
  return true;
}

bool JsonReader::ReadEnd() {
  Peek();
  return position_ == end_ || Fail("something follows it");
}

bool JsonReader::Fail(std::string problem) {
  problem_ = std::move(problem);
  return false;
}

bool JsonReader::FailMalformed() {
  return Fail("malformed JSON at byte " + std::to_string(position_ - begin_));
}

bool JsonReader::FailExpecting(std::string_view expected) {
  const char next = Peek();
  const bool value = next != '\0' && std::strchr("{[\"tfn-0123456789", next) != nullptr;
  return value ? Fail(std::string(expected)) : FailMalformed();
}

}  // namespace spanhold::otlp
