#pragma once

#include <string>
#include <vector>

namespace spanhold::app {

// Rows of text as a table for a terminal: the first column left-aligned, the others right-aligned,
// each as wide as its widest cell, two spaces between. Rows may be of different length.
std::string FormatTable(const std::vector<std::vector<std::string>>& rows);

}  // namespace spanhold::app
