#include "src/config/size.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <absl/strings/match.h>

#include "src/config/quote.h"

namespace spanhold::config {
namespace {

struct Unit {
  std::string_view name;
  uint64_t bytes;
};

// Largest first in each of the two families, so that formatting finds the shortest.
constexpr std::array<Unit, 9> kUnits = {{{"TiB", uint64_t{1} << 40U},
                                         {"GiB", uint64_t{1} << 30U},
                                         {"MiB", uint64_t{1} << 20U},
                                         {"KiB", uint64_t{1} << 10U},
                                         {"TB", 1'000'000'000'000},
                                         {"GB", 1'000'000'000},
                                         {"MB", 1'000'000},
                                         {"KB", 1'000},
                                         {"B", 1}}};

// 0 for a word that is no unit.
uint64_t UnitBytes(std::string_view word) {
  if (word.empty()) {
    return 1;
  }
  for (const Unit& unit : kUnits) {
    if (absl::EqualsIgnoreCase(absl::string_view(word.data(), word.size()),
                               absl::string_view(unit.name.data(), unit.name.size()))) {
      return unit.bytes;
    }
  }
  return 0;
}

}  // namespace

StatusOr<uint64_t> ParseSize(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view word = text.substr(static_cast<size_t>(end - text.data()));
  word.remove_prefix(std::min(word.find_first_not_of(' '), word.size()));
  const uint64_t unit = UnitBytes(word);
  if (error != std::errc() || unit == 0 || number > std::numeric_limits<uint64_t>::max() / unit) {
    return absl::InvalidArgumentError("want a size like \"64MiB\" or a number of bytes, got " +
                                      Quote(text));
  }
  return number * unit;
}

std::string FormatSize(uint64_t bytes) {
  for (const Unit& unit : kUnits) {
    if (unit.bytes > 1 && bytes > 0 && bytes % unit.bytes == 0) {
      return std::to_string(bytes / unit.bytes).append(unit.name);
    }
  }
  return std::to_string(bytes);
}

}  // namespace spanhold::config
