#pragma once

#include <cstdint>

#include "src/pipeline/component.h"
#include "src/pipeline/consumer.h"

namespace spanhold {

// A stage of one pipeline.
//
// Threading: Start(), Consume(), Shutdown() and its timers are bound to the pipeline's worker
// thread, so a processor needs no lock; HeldSpans() is thread-safe.
class Processor : public Component, public TraceConsumer {
 public:
  // Spans taken and neither handed on nor settled yet.
  virtual uint64_t HeldSpans() const { return 0; }
};

}  // namespace spanhold
