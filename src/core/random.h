#pragma once

#include <cstdint>
#include <random>

#include "src/core/mutex.h"

namespace spanhold {

// Where jitter comes from, injected so that tests can seed it. Not for secrets.
//
// Threading: thread-safe.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // Uniform in [0, 1).
  double Uniform();

 private:
  Mutex mutex_;
  std::mt19937_64 engine_ SPANHOLD_GUARDED_BY(mutex_);
};

// A seed that differs from process to process.
uint64_t RandomSeed();

}  // namespace spanhold
