#pragma once

#include <string>

#include "src/core/status.h"

namespace spanhold::config {

// The content of a file of the configuration; no more than kMaxTextBytes + 1 of it.
StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace spanhold::config
