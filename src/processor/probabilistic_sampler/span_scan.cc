#include "src/processor/probabilistic_sampler/span_scan.h"

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>

#include "src/otlp/field_reader.h"
#include "src/otlp/plain_attribute.h"
#include "src/otlp/views.h"
#include "src/otlp/wire.h"

namespace spanhold::probabilistic_sampler {
namespace {

using otlp::MakeTag;
using otlp::WireType;

constexpr uint32_t kTraceStateTag = MakeTag(3, WireType::kBytes);
constexpr uint32_t kAttributeTag = MakeTag(9, WireType::kBytes);
constexpr std::string_view kPriorityKey = "sampling.priority";

// Whether a KeyValue has that key. Nearly all are a key and a value and are told by their first
// bytes; what is written in another way is read in full.
bool HasPriorityKey(std::string_view attribute) {
  otlp::PlainAttribute plain;
  return (otlp::ReadPlainAttribute(attribute, plain)
              ? plain.key
              : otlp::AttributeView(attribute).key()) == kPriorityKey;
}

Priority PriorityOf(double value) {
  if (value == 0) {
    return Priority::kDrop;
  }
  return value > 0 ? Priority::kKeep : Priority::kNone;
}

Priority PriorityOf(const otlp::AnyValueView& value) {
  switch (value.type()) {
    case otlp::AnyValueView::Type::kInt:
      return PriorityOf(static_cast<double>(value.int_value()));
    case otlp::AnyValueView::Type::kDouble:
      return PriorityOf(value.double_value());
    case otlp::AnyValueView::Type::kString:
      return PriorityOfText(value.string_value());
    default:
      return Priority::kNone;
  }
}

bool IsHex(std::string_view text) {
  const size_t digits = text.find_first_not_of("+-");
  return digits != std::string_view::npos && text.size() > digits + 1 && text[digits] == '0' &&
         (text[digits + 1] == 'x' || text[digits + 1] == 'X');
}

// Go allows `_` between two digits and between the prefix 0x and a digit. Nothing when one stands
// elsewhere.
std::optional<std::string> WithoutUnderscores(std::string_view text) {
  const bool hex = IsHex(text);
  const auto is_digit = [&](size_t at, bool before) {
    if (at >= text.size()) {
      return false;
    }
    const auto c = static_cast<unsigned char>(text[at]);
    const bool prefix = before && hex && (c == 'x' || c == 'X');
    return std::isdigit(c) != 0 || (hex && std::isxdigit(c) != 0) || prefix;
  };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
    } else if (i == 0 || !is_digit(i - 1, true) || !is_digit(i + 1, false)) {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace

Priority PriorityOfText(std::string_view text) {
  const std::optional<std::string> number = WithoutUnderscores(text);
  // strtod() also takes leading white space, hexadecimal numbers without an exponent, and NaN with
  // something in parentheses (which is neither 0 nor more).
  if (!number || number->empty() ||
      std::isspace(static_cast<unsigned char>(number->front())) != 0 ||
      (IsHex(*number) && number->find_first_of("pP") == std::string::npos)) {
    return Priority::kNone;
  }
  char* end = nullptr;
  const double value = std::strtod(number->c_str(), &end);
  if (end != number->c_str() + number->size()) {
    return Priority::kNone;
  }
  // A number too large for a double is an error; "inf" is a number.
  const bool overflow = std::isinf(value) && number->find_first_of("0123456789") != number->npos;
  return overflow ? Priority::kNone : PriorityOf(value);
}

SpanFacts ScanSpan(std::string_view span_message) {
  SpanFacts facts;
  bool found = false;
  for (otlp::FieldReader field(span_message); field.Next();) {
    if (field.tag() == kTraceStateTag) {
      facts.trace_state = field.bytes();
    } else if (field.tag() == kAttributeTag && !found && HasPriorityKey(field.bytes())) {
      found = true;
      const otlp::AttributeView attribute(field.bytes());
      facts.priority = PriorityOf(attribute.value());
    }
  }
  return facts;
}

}  // namespace spanhold::probabilistic_sampler
