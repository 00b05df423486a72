#include "src/otlp/json_number.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <absl/strings/charconv.h>

namespace spanhold::otlp {
namespace {

struct NamedValue {
  FieldType type;
  std::string_view name;
  Number value;
};

constexpr std::array kNamedValues = {
    NamedValue{FieldType::kSpanKind, "SPAN_KIND_UNSPECIFIED", int64_t{0}},
    NamedValue{FieldType::kSpanKind, "SPAN_KIND_INTERNAL", int64_t{1}},
    NamedValue{FieldType::kSpanKind, "SPAN_KIND_SERVER", int64_t{2}},
    NamedValue{FieldType::kSpanKind, "SPAN_KIND_CLIENT", int64_t{3}},
    NamedValue{FieldType::kSpanKind, "SPAN_KIND_PRODUCER", int64_t{4}},
    NamedValue{FieldType::kSpanKind, "SPAN_KIND_CONSUMER", int64_t{5}},
    NamedValue{FieldType::kStatusCode, "STATUS_CODE_UNSET", int64_t{0}},
    NamedValue{FieldType::kStatusCode, "STATUS_CODE_OK", int64_t{1}},
    NamedValue{FieldType::kStatusCode, "STATUS_CODE_ERROR", int64_t{2}},
    NamedValue{FieldType::kDouble, "NaN", std::numeric_limits<double>::quiet_NaN()},
    NamedValue{FieldType::kDouble, "Infinity", std::numeric_limits<double>::infinity()},
    NamedValue{FieldType::kDouble, "-Infinity", -std::numeric_limits<double>::infinity()},
};

template <typename T>
std::optional<Number> ParseInteger(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? std::optional<Number>(value) : std::nullopt;
}

std::optional<Number> ParseDouble(std::string_view text) {
  // Others would be taken too: "inf", "nan".
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) {
    return std::nullopt;
  }
  double value = 0;
  const char* const end = text.data() + text.size();
  // Abseil's says which way a number is out of range. What is too small for a double is zero.
  const auto [stop, error] = absl::from_chars(text.data(), end, value);
  const bool fits =
      error == std::errc() || (error == std::errc::result_out_of_range && value < 1 && value > -1);
  return fits && stop == end ? std::optional<Number>(value) : std::nullopt;
}

// What has digits alone, and too few to overflow: nearly every number. from_chars() takes five times
// the instructions.
std::optional<Number> ParseDigits(std::string_view text) {
  if (text.empty() || text.size() > std::numeric_limits<uint64_t>::digits10) {
    return std::nullopt;
  }
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  return std::in_range<int64_t>(value) ? Number(static_cast<int64_t>(value)) : Number(value);
}

}  // namespace

std::optional<Number> ParseNumber(FieldType field, std::string_view text) {
  if (field != FieldType::kDouble) {  // -0 is a double, and not the integer 0
    if (const auto number = ParseDigits(text)) {
      return number;
    }
    if (const auto number = ParseInteger<int64_t>(text)) {
      return number;
    }
    if (const auto number = ParseInteger<uint64_t>(text)) {
      return number;
    }
  }
  if (const auto number = ParseDouble(text)) {
    return number;
  }
  const auto* const named = std::find_if(
      kNamedValues.begin(), kNamedValues.end(),
      [&](const NamedValue& value) { return value.type == field && value.name == text; });
  return named != kNamedValues.end() ? std::optional(named->value) : std::nullopt;
}

double ToDouble(const Number& number) {
  return std::visit([](auto value) { return static_cast<double>(value); }, number);
}

bool IsWhole(const Number& number) {
  const double value = ToDouble(number);
  return value == std::trunc(value) && std::isfinite(value);
}

}  // namespace spanhold::otlp
