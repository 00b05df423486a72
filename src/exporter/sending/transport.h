#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <absl/functional/any_invocable.h>

#include "src/core/clock.h"
#include "src/core/status.h"
#include "src/otlp/trace_batch.h"

namespace spanhold::sending {

// What a backend made of one request.
struct SendResult {
  // OK: taken. IsRetryable(): send it again, not before RetryAfter(). Else: refused for good.
  Status status;
  // With OK: spans the backend says it threw away (OTLP partial success), and why.
  uint64_t rejected_spans = 0;
  std::string message;
  // With an error: the request is larger than the backend takes. Parts of it may be taken.
  bool too_large = false;
};

// Encodes batches and sends them to one backend, one attempt each. Knows nothing of queues and
// retries; the Lane in front of it does.
//
// Threading: thread-safe.
class Transport {
 public:
  // Called exactly once for each Send(): perhaps before it returns, perhaps on another thread.
  using Done = absl::AnyInvocable<void(SendResult)>;

  // Shutdown() must have returned.
  virtual ~Transport() = default;

  // Returns without waiting for the backend: one that is down is no error here. An error is what
  // only a person can mend: a certificate that cannot be read, a directory that may not be written.
  [[nodiscard]] virtual Status Start() = 0;

  // `batch` in pieces that each go out as one request, so that each is taken, refused or tried
  // again by itself. The lane sends nothing that has not come out of here.
  virtual std::vector<otlp::TraceBatch> Split(otlp::TraceBatch batch) const {
    std::vector<otlp::TraceBatch> whole;
    whole.push_back(std::move(batch));
    return whole;
  }

  // One attempt, over at `deadline` with kDeadlineExceeded at the latest. `batch` need not outlive
  // the call.
  virtual void Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) = 0;

  // Ends open attempts with kCancelled and joins its threads. Safe without Start(), and a second
  // time. An error says what could not be written any more.
  [[nodiscard]] virtual Status Shutdown() = 0;
};

}  // namespace spanhold::sending
