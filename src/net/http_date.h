#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/core/clock.h"

namespace spanhold::net {

// "Sun, 06 Nov 1994 08:49:37 GMT": the HTTP-date that is to be written (RFC 9110 section 5.6.7).
std::string FormatHttpDate(WallTime time);

// The same read; nothing when it is not one.
// The two obsolete forms are not read: the servers that sent them are gone.
std::optional<WallTime> ParseHttpDate(std::string_view text);

// Formats each second once.
//
// Threading: thread-compatible.
class HttpDateCache {
 public:
  const std::string& At(WallTime time);

 private:
  WallTime second_{};
  std::string text_;
};

}  // namespace spanhold::net
