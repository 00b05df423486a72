#include "src/core/one_line.h"

#include <absl/strings/ascii.h>

namespace spanhold {
namespace {

constexpr size_t kLongest = 512;

}  // namespace

std::string OneLine(std::string_view text) {
  std::string line(text.substr(0, kLongest));
  for (char& c : line) {
    c = absl::ascii_iscntrl(static_cast<unsigned char>(c)) ? ' ' : c;
  }
  return line;
}

}  // namespace spanhold
