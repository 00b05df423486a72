#pragma once

#include <string_view>
#include <vector>

namespace spanhold::config {

// The word of `known` that whoever wrote `word` most likely meant, or "" when none is close: a typo
// or two, other capitals, other separators.
std::string_view Nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace spanhold::config
