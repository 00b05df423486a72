#pragma once

#include "src/otlp/trace_batch.h"

namespace spanhold {

using otlp::TraceBatch;

// Takes traces: the next stage of a pipeline, seen from the one before it.
class TraceConsumer {
 public:
  virtual ~TraceConsumer() = default;

  // Takes responsibility for `batch`: each of its spans is settled from here on, exactly once in
  // each lane, with an outcome. Copying the handle copies no span.
  //
  // Never refuses: the pipeline's worker has made sure of room in every lane that blocks. Bound to
  // the worker's thread for processors. Never blocks on the network.
  virtual void Consume(TraceBatch batch) = 0;
};

}  // namespace spanhold
