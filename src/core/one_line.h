#pragma once

#include <string>
#include <string_view>

namespace spanhold {

// A stranger's words, of a backend or a client, for a log line: at most 512 bytes of them, with a
// space for each character that would break the line or a terminal.
std::string OneLine(std::string_view text);

}  // namespace spanhold
