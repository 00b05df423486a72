#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "src/core/clock.h"

namespace spanhold {

using TimerId = uint64_t;

// Runs callbacks later. The implementation names the thread they run on.
class Timers {
 public:
  virtual ~Timers() = default;

  // Runs `callback` once, at `at` or soon after. Never before Schedule() has returned.
  virtual TimerId Schedule(TimePoint at, std::function<void()> callback) = 0;

  // The callback will not start any more; unknown and past ids are ignored. A callback that runs on
  // another thread at this moment may still be running when Cancel() returns.
  virtual void Cancel(TimerId id) = 0;
};

// Timers for a thread with a loop of its own, which asks for NextDue() and calls RunDue().
//
// Threading: bound to that thread.
class TimerQueue final : public Timers {
 public:
  TimerId Schedule(TimePoint at, std::function<void()> callback) override;
  void Cancel(TimerId id) override;

  // When the earliest timer is due, if there is one.
  std::optional<TimePoint> NextDue() const;

  // Removes the earliest timer, which there must be, and returns its callback.
  std::function<void()> TakeNext();

  // Runs every timer due at `now`, earliest first, also those that these add.
  void RunDue(TimePoint now);

 private:
  TimerId next_id_ = 1;
  std::map<std::pair<TimePoint, TimerId>, std::function<void()>> timers_;
  std::map<TimerId, TimePoint> due_;
};

}  // namespace spanhold
