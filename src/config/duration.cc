#include "src/config/duration.h"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "src/config/quote.h"

namespace spanhold::config {
namespace {

struct Unit {
  std::string_view name;
  uint64_t nanoseconds;
};

// Longer names before their own beginnings. The two micro signs are U+00B5 and U+03BC, as in Go.
constexpr std::array<Unit, 8> kUnits = {{{"ns", 1},
                                         {"us", 1'000},
                                         {"\xC2\xB5s", 1'000},
                                         {"\xCE\xBCs", 1'000},
                                         {"ms", 1'000'000},
                                         {"s", 1'000'000'000},
                                         {"m", 60'000'000'000},
                                         {"h", 3'600'000'000'000}}};

constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Takes the unit that `text` starts with.
std::optional<uint64_t> TakeUnit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (text.substr(0, unit.name.size()) == unit.name) {
      text.remove_prefix(unit.name.size());
      return unit.nanoseconds;
    }
  }
  return std::nullopt;
}

// Takes digits: their value, or nothing past 292 years of nanoseconds.
std::optional<uint64_t> TakeDigits(std::string_view& text) {
  uint64_t value = 0;
  for (; !text.empty() && IsDigit(text.front()); text.remove_prefix(1)) {
    const auto digit = static_cast<uint64_t>(text.front() - '0');
    if (value > (kMax - digit) / 10) {
      return std::nullopt;
    }
    value = value * 10 + digit;
  }
  return value;
}

// Takes digits: the fraction that they are after a point.
double TakeFraction(std::string_view& text) {
  double value = 0;
  double scale = 1;
  for (; !text.empty() && IsDigit(text.front()); text.remove_prefix(1)) {
    if (scale < 1e18) {  // the rest is far below a nanosecond
      value = value * 10 + (text.front() - '0');
      scale *= 10;
    }
  }
  return value / scale;
}

// Takes "12", "1.5" or ".5" and a unit: its nanoseconds, cut off below one.
std::optional<uint64_t> TakeTerm(std::string_view& text) {
  const size_t before = text.size();
  const std::optional<uint64_t> whole = TakeDigits(text);
  size_t digits = before - text.size();
  double fraction = 0;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    const size_t point = text.size();
    fraction = TakeFraction(text);
    digits += point - text.size();
  }
  const std::optional<uint64_t> unit = TakeUnit(text);
  if (!whole || digits == 0 || !unit || *whole > kMax / *unit) {
    return std::nullopt;
  }
  const auto part = static_cast<uint64_t>(fraction * static_cast<double>(*unit));
  return *whole * *unit > kMax - part ? std::nullopt : std::optional(*whole * *unit + part);
}

std::optional<uint64_t> Parse(std::string_view text) {
  if (text.substr(0, 1) == "+") {
    text.remove_prefix(1);
  }
  if (text == "0") {
    return 0;
  }
  if (text.empty()) {
    return std::nullopt;
  }
  uint64_t total = 0;
  while (!text.empty()) {
    const std::optional<uint64_t> term = TakeTerm(text);
    if (!term || *term > kMax - total) {
      return std::nullopt;
    }
    total += *term;
  }
  return total;
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "1.5" for 1500 thousandths.
std::string Decimal(uint64_t value, uint64_t unit) {
  std::string out = std::to_string(value / unit);
  uint64_t rest = value % unit;
  if (rest > 0) {
    out += '.';
  }
  while (rest > 0) {
    unit /= 10;
    out += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
  return out;
}

}  // namespace

StatusOr<Duration> ParseDuration(std::string_view text) {
  if (const std::optional<uint64_t> nanoseconds = Parse(text)) {
    return Duration(static_cast<int64_t>(*nanoseconds));
  }
  const std::string example =
      IsNumber(text) && text.size() < 10 ? Quote(std::string(text) + "s") : std::string("\"5s\"");
  return absl::InvalidArgumentError("want a duration like " + example + ", got " + Quote(text));
}

std::string FormatDuration(Duration duration) {
  auto rest = static_cast<uint64_t>(duration.count());
  if (rest < 1'000) {
    return rest == 0 ? "0s" : std::to_string(rest) + "ns";
  }
  if (rest < 1'000'000) {
    return Decimal(rest, 1'000) + "us";
  }
  if (rest < 1'000'000'000) {
    return Decimal(rest, 1'000'000) + "ms";
  }
  std::string out;
  for (const Unit unit : {Unit{"h", 3'600'000'000'000}, Unit{"m", 60'000'000'000}}) {
    if (rest >= unit.nanoseconds) {
      out += std::to_string(rest / unit.nanoseconds).append(unit.name);
      rest %= unit.nanoseconds;
    }
  }
  return rest > 0 ? out + Decimal(rest, 1'000'000'000) + "s" : out;
}

}  // namespace spanhold::config
