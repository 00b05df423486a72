#include "src/core/clock.h"

namespace spanhold {

TimePoint SystemClock::Now() const {
  return std::chrono::steady_clock::now();
}

WallTime SystemClock::WallNow() const {
  return std::chrono::system_clock::now();
}

}  // namespace spanhold
