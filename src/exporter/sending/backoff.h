#pragma once

#include "src/core/clock.h"
#include "src/core/random.h"
#include "src/exporter/sending/config.h"

namespace spanhold::sending {

// The waits between the attempts for one batch: each is `multiplier` times the one before, up to
// `max_interval`, and spread by `randomization_factor` so that many lanes do not knock together.
//
// Threading: thread-compatible. Ownership: `config` must outlive it.
class Backoff {
 public:
  explicit Backoff(const RetryConfig& config)
      : config_(config), interval_(config.initial_interval) {}

  // The wait after one more failure; never shorter than `asked`, the delay that the backend named.
  // At least 10 ms, so that no configuration makes a busy loop, and at most a day.
  Duration Next(Duration asked, Random& random);

 private:
  const RetryConfig& config_;
  Duration interval_;
};

}  // namespace spanhold::sending
