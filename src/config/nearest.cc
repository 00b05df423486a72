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

// Whether the words begin alike for long enough to be forms of one: "verbose" and "verbosity".
bool BeginAlike(const std::string& a, const std::string& b) {
  constexpr size_t kStem = 5;
  return a.size() >= kStem && a.compare(0, kStem, b, 0, kStem) == 0;
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
  // One mistake in up to four letters, two in up to seven; one more in words that begin alike.
  size_t best_distance = std::min((normal.size() + 4) / 3, normal.size()) + 1;
  std::string_view best;
  for (const std::string_view candidate : known) {
    const std::string other = Normalize(candidate);
    const size_t distance = Distance(normal, other) + (BeginAlike(normal, other) ? 0 : 1);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace spanhold::config
