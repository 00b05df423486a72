#include "src/otlp/json_number.h"

#include <array>
#include <charconv>

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
std::optional<Number> Parse(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? std::optional<Number>(value) : std::nullopt;
}

}  // namespace

std::optional<Number> ParseNumber(FieldType field, std::string_view text) {
  for (const NamedValue& named : kNamedValues) {
    if (named.type == field && named.name == text) {
      return named.value;
    }
  }
  if (field != FieldType::kDouble) {  // -0 is a double, and not the integer 0
    if (const auto number = Parse<int64_t>(text)) {
      return number;
    }
    if (const auto number = Parse<uint64_t>(text)) {
      return number;
    }
  }
  // from_chars() would also take "inf" and "nan".
  const bool numeric = text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
  return numeric ? Parse<double>(text) : std::nullopt;
}

double ToDouble(const Number& number) {
  return std::visit([](auto value) { return static_cast<double>(value); }, number);
}

bool IsWhole(const Number& number) {
  const double value = ToDouble(number);
  return value == std::trunc(value) && std::isfinite(value);
}

}  // namespace spanhold::otlp
