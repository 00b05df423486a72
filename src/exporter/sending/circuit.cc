#include "src/exporter/sending/circuit.h"

#include <algorithm>
#include <optional>

namespace spanhold::sending {

Circuit::Pass Circuit::Ask(TimePoint now) {
  if (!open_) {
    return Pass::kNormal;
  }
  if (testing_ || now < next_test_) {
    return Pass::kNone;
  }
  testing_ = true;
  return Pass::kTest;
}

void Circuit::Answered(Pass pass, TimePoint now) {
  failures_ = 0;
  testing_ = testing_ && pass != Pass::kTest;
  // What had begun before the backend named a delay does not end it.
  open_ = open_ && now < throttled_until_;
  next_test_ = throttled_until_;
}

void Circuit::Failed(Pass pass, TimePoint now, Duration wait, const Status& error) {
  ++failures_;
  last_failure_ = error;
  // The others that were under way when it opened say nothing new.
  const bool test_failed = open_ && pass == Pass::kTest;
  testing_ = testing_ && pass != Pass::kTest;
  if (test_failed || (!open_ && is_away())) {
    open_ = true;
    next_test_ = now + wait;
  }
  if (const std::optional<Duration> asked = RetryAfter(error)) {
    open_ = true;
    throttled_until_ = std::max(throttled_until_, now + *asked);
    next_test_ = std::max(next_test_, throttled_until_);
  }
}

void Circuit::TestNow(TimePoint now) {
  next_test_ = std::min(next_test_, now);
  throttled_until_ = std::min(throttled_until_, now);
}

}  // namespace spanhold::sending
