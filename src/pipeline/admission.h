#pragma once

#include <absl/functional/any_invocable.h>

#include "src/core/status.h"
#include "src/otlp/chunk.h"
#include "src/pipeline/ledger.h"

namespace spanhold {

// The way in: where a receiver takes its validated requests.
//
// Threading: thread-safe.
class Admission {
 public:
  // The answer for the client, called exactly once: perhaps before Admit() returns, perhaps later
  // and on another thread. OK: the whole request is taken and every span of it will be settled.
  // kUnavailable: nothing of it was taken. It must not block.
  using Done = absl::AnyInvocable<void(Status)>;

  virtual ~Admission() = default;

  // Counts the request's outcome in `account`. A chunk without spans is accepted at once.
  virtual void Admit(otlp::ChunkPtr chunk, ReceiverAccount& account, Done done) = 0;
};

}  // namespace spanhold
