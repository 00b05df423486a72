#pragma once

#include <string>
#include <string_view>

#include "src/core/clock.h"
#include "src/core/status.h"

namespace spanhold::config {

// Go's time.ParseDuration: "300ms", "1.5h", "2m30s"; units ns, us, ms, s, m, h. "0" needs no unit.
// kInvalidArgument for anything else, for a negative one, and past 292 years.
StatusOr<Duration> ParseDuration(std::string_view text);

// The shortest text that ParseDuration() reads as `duration`: "5m", "1m30s", "1.5s", "200ms", "0s".
std::string FormatDuration(Duration duration);

}  // namespace spanhold::config
