#pragma once

#include <string>
#include <string_view>

namespace spanhold::config {

// `text` as an error message shows it: in double quotes, on one line, cut after 80 bytes.
std::string Quote(std::string_view text);

}  // namespace spanhold::config
