#pragma once

#include <string>

#include "src/pipeline/telemetry.h"

namespace spanhold::app {

// All metrics in Prometheus' text format 0.0.4, as `/metrics` answers.
std::string MetricsPage(const Telemetry& telemetry);

}  // namespace spanhold::app
