#pragma once

#include <cstdint>

#include "src/core/clock.h"
#include "src/core/status.h"

namespace spanhold {

// A part of the service with a life of its own: created, started, shut down, destroyed.
//
// Start order: exporters, processors, receivers; shutdown in the reverse order.
class Component {
 public:
  // Shutdown() must have returned.
  virtual ~Component() = default;

  // Returns quickly. On error the component is as if never started: no thread runs.
  [[nodiscard]] virtual Status Start() = 0;

  // Stops taking data, hands on what is held until `deadline`, counts what it must drop, joins its
  // threads. Safe without Start(), and a second time.
  [[nodiscard]] virtual Status Shutdown(Deadline deadline) = 0;
};

}  // namespace spanhold
