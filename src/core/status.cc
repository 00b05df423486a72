#include "src/core/status.h"

#include <charconv>

#include <absl/strings/cord.h>
#include <absl/strings/str_cat.h>

namespace spanhold {
namespace {

constexpr char kRetryAfterPayload[] = "spanhold/retry-after-ns";

}  // namespace

Status Annotate(const Status& status, std::string_view context) {
  if (status.ok()) {
    return status;
  }
  Status annotated(status.code(), absl::StrCat(std::string(context), ": ", status.message()));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    annotated.SetPayload(url, payload);
  });
  return annotated;
}

Status WithRetryAfter(Status status, Duration delay) {
  status.SetPayload(kRetryAfterPayload, absl::Cord(absl::StrCat(delay.count())));
  return status;
}

std::optional<Duration> RetryAfter(const Status& status) {
  const auto payload = status.GetPayload(kRetryAfterPayload);
  if (!payload) {
    return std::nullopt;
  }
  const std::string text(*payload);
  Duration::rep count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return Duration(count);
}

bool IsRetryable(const Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
      return true;
    case absl::StatusCode::kResourceExhausted:
      return RetryAfter(status).has_value();
    default:
      return false;
  }
}

}  // namespace spanhold
