#pragma once

#include <string>
#include <vector>

#include "src/config/component_type.h"
#include "src/config/service_config.h"

namespace spanhold::config {

// `config` as YAML with every default filled in and secrets masked: `spanhold print-config`. What
// has no secrets loads as the same configuration.
std::string EffectiveYaml(const ServiceConfig& config);

// Every key of every component and of `service`, with its default and its meaning:
// config/reference.yaml. `types` in the order in which they are to stand.
std::string ReferenceYaml(const std::vector<ComponentType>& types);

}  // namespace spanhold::config
