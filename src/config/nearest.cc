#include "src/config/nearest.h"

#include <algorithm>
#include <string>

#include <absl/strings/ascii.h>

namespace spanhold::config {
namespace {

constexpr size_t kMaxLength = 64;

// Lower case without separators, so that "maxElapsedTime" is "max_elapsed_time".
std::string Normalize(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c != '_' && c != '-' && c != ' ') {
      out += absl::ascii_tolower(static_cast<unsigned char>(c));
    }
  }
  return out;
}

// Edit distance where an exchange of two neighbours counts as one (optimal string alignment).
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> rows(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        rows[i][j] = i + j;
        continue;
      }
      const size_t replaced = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      rows[i][j] = std::min({replaced, rows[i - 1][j] + 1, rows[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
  }
  return rows[a.size()][b.size()];
}

}  // namespace

std::string_view Nearest(std::string_view word, const std::vector<std::string_view>& known) {
  if (word.size() > kMaxLength) {
    return "";
  }
  const std::string normal = Normalize(word);
  // One mistake in up to five letters, two in up to eight.
  size_t best_distance = (normal.size() + 4) / 3;
  best_distance = std::min(best_distance, normal.size());
  std::string_view best;
  for (const std::string_view candidate : known) {
    const size_t distance = Distance(normal, Normalize(candidate));
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace spanhold::config
