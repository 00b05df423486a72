#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "src/config/reader.h"

namespace spanhold {

// Reads the YAML `file` into `config`, a struct with Describe(), as the component `path`, and returns
// the errors: "a.yaml:1: path.key: ...".
template <typename Config>
std::vector<std::string> ReadConfig(std::string_view yaml, const std::string& path, Config& config,
                                    const std::string& file = "a.yaml") {
  config::Report report;
  const auto node = config::ParseYaml(yaml, file, report);
  EXPECT_TRUE(node.has_value()) << yaml;
  if (node) {
    config::Reader::Read(*node, {file, 1, 1}, path, report,
                         [&](config::Reader& reader) { config.Describe(reader); });
  }
  return report.Errors();
}

// As the component "it" of config.yaml.
template <typename Config>
std::vector<std::string> ReadConfig(std::string_view yaml, Config& config) {
  return ReadConfig(yaml, "it", config, "config.yaml");
}

template <typename Config>
std::vector<std::string> ConfigErrors(std::string_view yaml) {
  Config config;
  return ReadConfig(yaml, config);
}

}  // namespace spanhold
