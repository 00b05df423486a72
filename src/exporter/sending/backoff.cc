#include "src/exporter/sending/backoff.h"

#include <algorithm>

namespace spanhold::sending {
namespace {

constexpr Duration kShortestWait = std::chrono::milliseconds(10);
constexpr Duration kLongestWait = std::chrono::hours(24);

// Of a number of nanoseconds that may be too large for one.
Duration ToDuration(double nanoseconds) {
  const auto longest = static_cast<double>(kLongestWait.count());
  return Duration(static_cast<Duration::rep>(std::clamp(nanoseconds, 0.0, longest)));
}

}  // namespace

Duration Backoff::Next(Duration asked, Random& random) {
  const auto interval = static_cast<double>(interval_.count());
  const double spread = config_.randomization_factor * (2 * random.Uniform() - 1);
  const Duration wait = ToDuration(interval * (1 + spread));
  interval_ = std::min(ToDuration(interval * config_.multiplier), config_.max_interval);
  return std::clamp(std::max(wait, asked), kShortestWait, kLongestWait);
}

}  // namespace spanhold::sending
