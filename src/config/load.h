#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/config/component_type.h"
#include "src/config/expand.h"
#include "src/config/service_config.h"
#include "src/config/source.h"
#include "src/core/status.h"

namespace spanhold::config {

// What a configuration depends on besides its text.
struct Host {
  Environment environment;
  uint64_t available_memory = 0;  // AvailableMemory()
};

// Reads, checks and types the whole configuration. `types` are all components there are and must
// outlive the result. kInvalidArgument holds every error that was found, one a line, each with
// file, line and key. Warnings are for the log and come also with an error.
StatusOr<ServiceConfig> LoadConfig(const Sources& sources, const std::vector<ComponentType>& types,
                                   const Host& host, std::vector<std::string>& warnings);

}  // namespace spanhold::config
