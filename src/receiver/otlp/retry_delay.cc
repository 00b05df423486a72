#include "src/receiver/otlp/retry_delay.h"

namespace spanhold::otlp_receiver {
namespace {

constexpr std::chrono::milliseconds kShortest(1000);
constexpr std::chrono::milliseconds kSpread(1000);

}  // namespace

Status RetryDelay::AddTo(const Status& status) const {
  if (!IsRetryable(status) || RetryAfter(status)) {
    return status;
  }
  const auto extra = static_cast<int64_t>(random_.Uniform() * static_cast<double>(kSpread.count()));
  return WithRetryAfter(status, kShortest + std::chrono::milliseconds(extra));
}

}  // namespace spanhold::otlp_receiver
