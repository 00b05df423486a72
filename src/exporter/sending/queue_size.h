#pragma once

#include <cstdint>

#include "src/exporter/sending/config.h"
#include "src/otlp/trace_batch.h"

namespace spanhold::sending {

// How much of a queue `batch` takes, in units of `sizer`.
inline int64_t SizeOf(QueueConfig::Sizer sizer, const otlp::TraceBatch& batch) {
  switch (sizer) {
    case QueueConfig::Sizer::kRequests:
      return 1;
    case QueueConfig::Sizer::kItems:
      return batch.span_count();
    case QueueConfig::Sizer::kBytes:
      return static_cast<int64_t>(batch.span_bytes());
  }
  return 1;
}

}  // namespace spanhold::sending
