#pragma once

#include "src/core/random.h"
#include "src/core/status.h"

namespace spanhold::otlp_receiver {

// Says when a refused client may come back: the one place that decides it for the receivers. Who
// finds no room says only kUnavailable.
//
// 1 to 2 s, for each another time, so that those refused together do not come back together. Past
// 2 s some SDKs drop at once.
//
// Threading: thread-safe. Ownership: `random` must outlive it.
class RetryDelay {
 public:
  explicit RetryDelay(Random& random) : random_(random) {}

  // `status` with a delay, if it is retryable and has none yet.
  Status AddTo(const Status& status) const;

 private:
  Random& random_;
};

}  // namespace spanhold::otlp_receiver
