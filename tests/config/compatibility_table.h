#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/config/component_type.h"

namespace spanhold::config {

// One row of a table of docs/compatibility.md:
//   ## section
//   | `key` | status | `default` | note |
struct CompatibilityRow {
  int line = 0;
  std::string section;  // "exporters.file", or "tls" for the keys that several components share
  std::string key;
  std::string status;  // supported, other default, added or refused
  std::string default_value;
  std::string note;
};

// The rows of every table with these four columns.
std::vector<CompatibilityRow> ParseCompatibility(std::string_view page);

// What the page and the program say differently, one line each; empty: they agree.
std::vector<std::string> CompareCompatibility(const std::vector<CompatibilityRow>& rows,
                                              const std::vector<ComponentType>& types);

}  // namespace spanhold::config
