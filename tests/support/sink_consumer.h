#pragma once

#include <utility>
#include <vector>

#include "src/pipeline/consumer.h"

namespace spanhold {

// Keeps all it gets, unsettled. Not thread-safe.
class SinkConsumer final : public TraceConsumer {
 public:
  void Consume(TraceBatch batch) override { batches.push_back(std::move(batch)); }

  std::vector<TraceBatch> batches;
};

}  // namespace spanhold
