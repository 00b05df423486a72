#pragma once

#include <map>
#include <string>
#include <utility>

#include "src/config/expand.h"

namespace spanhold::config {

// An environment of just these variables.
inline Environment FakeEnvironment(std::map<std::string, std::string> variables = {}) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

}  // namespace spanhold::config
