#include "src/net/http_date.h"

#include <absl/strings/string_view.h>
#include <absl/time/time.h>

namespace spanhold::net {
namespace {

constexpr char kFormat[] = "%a, %d %b %Y %H:%M:%S GMT";

}  // namespace

std::string FormatHttpDate(WallTime time) {
  return absl::FormatTime(kFormat, absl::FromChrono(time), absl::UTCTimeZone());
}

std::optional<WallTime> ParseHttpDate(std::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(kFormat, absl::string_view(text.data(), text.size()), &time, &error)) {
    return std::nullopt;
  }
  return WallTime(std::chrono::nanoseconds(absl::ToUnixNanos(time)));
}

const std::string& HttpDateCache::At(WallTime time) {
  const WallTime second = std::chrono::floor<std::chrono::seconds>(time);
  if (text_.empty() || second != second_) {
    second_ = second;
    text_ = FormatHttpDate(second);
  }
  return text_;
}

}  // namespace spanhold::net
