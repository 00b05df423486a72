#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/config/fields.h"
#include "src/config/reader.h"
#include "src/core/check.h"

namespace spanhold {

// Reads YAML into `config` as the component `path` and returns the errors, "a.yaml:1: path.key: ...".
inline std::vector<std::string> ReadConfig(std::string_view yaml, const std::string& path,
                                           config::ComponentConfig& config) {
  config::Report report;
  const std::optional<config::Node> node = config::ParseYaml(yaml, "a.yaml", report);
  SPANHOLD_CHECK(node.has_value());
  const config::Position top{"a.yaml", 1, 1};
  config::Reader::Read(*node, top, path, report,
                       [&](config::Reader& reader) { config.Describe(reader); });
  return report.Errors();
}

}  // namespace spanhold
