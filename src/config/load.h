#pragma once

#include <optional>
#include <vector>

#include "src/config/component_type.h"
#include "src/config/environment.h"
#include "src/config/report.h"
#include "src/config/service_config.h"
#include "src/config/source.h"

namespace spanhold::config {

// Reads, checks and types a whole configuration. `types` are all components there are and must
// outlive the result. Nothing is returned when there is an error; `report` then holds every one
// that was found. Warnings are there in either case.
std::optional<ServiceConfig> LoadServiceConfig(const Sources& sources,
                                               const std::vector<ComponentType>& types,
                                               const Environment& environment, Report& report);

}  // namespace spanhold::config
