#pragma once

#include <cstdint>

#include "src/core/clock.h"
#include "src/core/status.h"

namespace spanhold::sending {

// Knows from the ends of attempts whether a backend is there, and what may be sent to it.
//
//   closed: everything
//   open:   nothing until next_test(), then one attempt, the test; what it comes to decides
//
// It opens when `failures_to_open` attempts in a row have failed for now: the backend is away. A
// timeout counts like any other failure. It opens as well, at the first such answer, when the
// backend names a delay: that is meant for all that is sent to it (OTLP, "OTLP/gRPC Throttling").
// Any answer of a backend that is not throttling closes it, a refusal too: somebody is there.
//
// Threading: thread-compatible.
class Circuit {
 public:
  enum class Pass { kNone, kNormal, kTest };

  explicit Circuit(int64_t failures_to_open) : failures_to_open_(failures_to_open) {}

  // Whether an attempt may begin. Each kTest must be ended by Answered() or Failed().
  Pass Ask(TimePoint now);

  // An attempt that began with `pass` was taken, or refused for good.
  void Answered(Pass pass, TimePoint now);
  // It has failed for now, and its batch waits for `wait`, which is no shorter than the delay that
  // the backend has named in `error`.
  void Failed(Pass pass, TimePoint now, Duration wait, const Status& error);

  // Nothing of what has happened so far keeps the next test waiting.
  void TestNow(TimePoint now);

  bool is_open() const { return open_; }
  bool is_away() const { return failures_ >= failures_to_open_; }
  bool is_testing() const { return testing_; }
  // While it is open.
  TimePoint next_test() const { return next_test_; }
  const Status& last_failure() const { return last_failure_; }

 private:
  const int64_t failures_to_open_;
  int64_t failures_ = 0;  // in a row
  bool open_ = false;
  bool testing_ = false;
  TimePoint next_test_;
  TimePoint throttled_until_;
  Status last_failure_;
};

}  // namespace spanhold::sending
