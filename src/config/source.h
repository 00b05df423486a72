#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/config/expand.h"
#include "src/config/node.h"
#include "src/config/report.h"

namespace spanhold::config {

// Where a configuration comes from, as on the command line.
struct Sources {
  // --config, in order: "config.yaml", "file:config.yaml", "env:NAME" (a variable that holds YAML),
  // "yaml:exporters::otlp::endpoint: localhost:4317". None: the environment (environment.h).
  std::vector<std::string> configs;
  // --set, in order: "exporters.otlp.endpoint=localhost:4317".
  std::vector<std::string> sets;
};

// The one document that the sources make, with references replaced (expand.h). Maps are merged key
// by key, later ones win, lists and values are replaced; --set comes last. Nothing is returned
// when a source cannot be read at all. Errors and warnings go to `report`.
std::optional<Node> ReadSources(const Sources& sources, const Environment& environment,
                                Report& report);

}  // namespace spanhold::config
