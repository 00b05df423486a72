#include "src/exporter/sending/http_failure.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "src/net/http_date.h"

namespace spanhold::sending {
namespace {

// Not even a person waits longer for a backend that names a wrong date.
constexpr Duration kMaxRetryAfter = std::chrono::hours(1);

std::optional<Duration> DelayOf(const net::HttpResponse& response, WallTime now) {
  const std::string_view text = response.Header("Retry-After");
  uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size()) {
    return std::min<Duration>(std::chrono::seconds(seconds), kMaxRetryAfter);
  }
  const std::optional<WallTime> date = net::ParseHttpDate(text);
  if (!date) {
    return std::nullopt;
  }
  return std::clamp<Duration>(*date - now, Duration::zero(), kMaxRetryAfter);
}

bool IsTooLarge(const net::HttpResponse& response) {
  // What Go's http.MaxBytesReader says; the Collector answers 400 with it (as of v0.159).
  constexpr std::string_view kGo = "request body too large";
  return response.status == 413 ||
         (response.status == 400 && response.body.find(kGo) != std::string::npos);
}

}  // namespace

SendResult HttpFailure(const net::HttpResponse& response, Status error, WallTime now) {
  SendResult result;
  result.status = std::move(error);
  result.too_large = IsTooLarge(response);
  if (response.status == 429 || response.status == 503) {
    if (const std::optional<Duration> delay = DelayOf(response, now)) {
      result.status = WithRetryAfter(result.status, *delay);
    }
  }
  return result;
}

}  // namespace spanhold::sending
