#pragma once

#include <string>

#include "src/core/status.h"

namespace spanhold::app {

// Asks the daemon whose metrics listen at `address` ("localhost:8888") for its status page. The
// error says what to check.
StatusOr<std::string> FetchStatus(const std::string& address);

}  // namespace spanhold::app
