#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "src/otlp/schema.h"

namespace spanhold::otlp {

// A number in JSON; an integer type where the value is written as one and fits, int64_t first.
using Number = std::variant<int64_t, uint64_t, double>;

// What a string stands for as the value of a numeric field: a number; the name of an enum's value;
// for doubles also "NaN", "Infinity" and "-Infinity".
std::optional<Number> ParseNumber(FieldType field, std::string_view text);

double ToDouble(const Number& number);

bool IsWhole(const Number& number);

// As that integer type, when it is whole and in range.
template <typename T>
std::optional<T> ToInteger(const Number& number) {
  return std::visit(
      [](auto value) -> std::optional<T> {
        if constexpr (std::is_same_v<decltype(value), double>) {
          // Both bounds are exact as doubles: zero or powers of two.
          const auto lowest = static_cast<double>(std::numeric_limits<T>::min());
          const double limit = std::ldexp(1.0, std::numeric_limits<T>::digits);
          const bool fits = value >= lowest && value < limit && value == std::trunc(value);
          return fits ? std::optional<T>(static_cast<T>(value)) : std::nullopt;
        } else {
          return std::in_range<T>(value) ? std::optional<T>(static_cast<T>(value)) : std::nullopt;
        }
      },
      number);
}

}  // namespace spanhold::otlp
