#pragma once

#include <chrono>

namespace spanhold {

using Duration = std::chrono::nanoseconds;

// A point on the monotonic clock: for timeouts and intervals, unmoved by clock changes.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

// The moment by which a bounded operation gives up.
using Deadline = TimePoint;

// A point on the calendar: for log lines, file names and anything a person reads.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

// Where time comes from, injected so that no test waits for it (tests/support/manual_clock.h).
//
// Threading: thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual TimePoint Now() const = 0;
  virtual WallTime WallNow() const = 0;
};

// The operating system's clocks.
class SystemClock final : public Clock {
 public:
  TimePoint Now() const override;
  WallTime WallNow() const override;
};

}  // namespace spanhold
