#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "src/config/reader.h"

namespace spanhold {

// Reads `yaml` into `config`, a struct with Describe(), as the component "it", and returns the
// errors: "config.yaml:1: it.timeout: ...".
template <typename Config>
std::vector<std::string> ReadConfig(std::string_view yaml, Config& config) {
  config::Report report;
  const auto node = config::ParseYaml(yaml, "config.yaml", report);
  EXPECT_TRUE(node.has_value()) << yaml;
  if (node) {
    config::Reader::Read(*node, {"config.yaml", 1, 1}, "it", report,
                         [&](config::Reader& reader) { config.Describe(reader); });
  }
  return report.Errors();
}

template <typename Config>
std::vector<std::string> ConfigErrors(std::string_view yaml) {
  Config config;
  return ReadConfig(yaml, config);
}

}  // namespace spanhold
