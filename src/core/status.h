#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "src/core/clock.h"

namespace spanhold {

// The one error type of the project. Codes are gRPC's; see docs/decisions/errors.md.
using Status = absl::Status;
template <typename T>
using StatusOr = absl::StatusOr<T>;

// The message as the standard's view: Debian's absl::string_view does not convert by itself.
inline std::string_view MessageOf(const Status& status) {
  return {status.message().data(), status.message().size()};
}

// `status` with `context` and ": " put before its message; code and payloads stay.
Status Annotate(const Status& status, std::string_view context);

// `status` with the delay after which its sender may try again.
Status WithRetryAfter(Status status, Duration delay);

// The delay that WithRetryAfter() attached, if any.
std::optional<Duration> RetryAfter(const Status& status);

// Whether a client may send the same request again: the table of OTLP's "Failures" section
// (RESOURCE_EXHAUSTED only with a delay attached). OK is not retryable.
bool IsRetryable(const Status& status);

}  // namespace spanhold

#define SPANHOLD_CONCAT_INNER(a, b) a##b
#define SPANHOLD_CONCAT(a, b) SPANHOLD_CONCAT_INNER(a, b)

// Returns from the enclosing function when `expression` is not OK.
#define SPANHOLD_RETURN_IF_ERROR(expression)                                          \
  do {                                                                                \
    if (::spanhold::Status spanhold_status_ = (expression); !spanhold_status_.ok()) { \
      return spanhold_status_;                                                        \
    }                                                                                 \
  } while (false)

// `lhs = value of expression`, or returns its error from the enclosing function.
#define SPANHOLD_ASSIGN_OR_RETURN(lhs, expression) \
  SPANHOLD_ASSIGN_OR_RETURN_INNER(SPANHOLD_CONCAT(spanhold_result_, __LINE__), lhs, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): `lhs` may declare a variable
#define SPANHOLD_ASSIGN_OR_RETURN_INNER(result, lhs, expression) \
  auto result = (expression);                                    \
  if (!result.ok()) {                                            \
    return std::move(result).status();                           \
  }                                                              \
  lhs = *std::move(result)
// NOLINTEND(bugprone-macro-parentheses)
