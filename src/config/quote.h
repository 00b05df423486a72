#pragma once

#include <string>
#include <string_view>

namespace spanhold::config {

// `text` as an error message shows it: in double quotes, on one line, cut after 80 bytes.
std::string Quote(std::string_view text);

// All of `text` in double quotes, on one line: a scalar of YAML (1.2 section 7.3.1).
std::string QuoteWhole(std::string_view text);

}  // namespace spanhold::config
