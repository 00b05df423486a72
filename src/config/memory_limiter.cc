#include "src/config/memory_limiter.h"

#include <limits>
#include <memory>

namespace spanhold::config {
namespace {

constexpr int64_t kMaxMib = std::numeric_limits<int64_t>::max() >> 20U;

}  // namespace

void MemoryLimiterConfig::Describe(Fields& fields) {
  fields.Time({"check_interval",
               "understood; the budget is exact at any moment, so nothing is checked at intervals"},
              check_interval);
  fields.Int({"limit_mib", "memory that the daemon may use, in MiB"}, limit_mib, 0, kMaxMib);
  fields.Int({"spike_limit_mib", "how far below limit_mib refusing starts; 0: a fifth of it"},
             spike_limit_mib, 0, kMaxMib);
  fields.Int({"limit_percentage", "limit_mib as a share of the memory there is"}, limit_percentage,
             0, 100);
  fields.Int({"spike_limit_percentage", "spike_limit_mib as a share of the memory there is"},
             spike_limit_percentage, 0, 100);
  constexpr char kNoCollector[] = "there is no garbage collector to run; remove it";
  fields.Refused({"min_gc_interval_when_soft_limited", ""}, kNoCollector);
  fields.Refused({"min_gc_interval_when_hard_limited", ""}, kNoCollector);
  fields.Refused({"max_gc_interval_when_soft_limited", ""}, kNoCollector);
  fields.Refused({"max_gc_interval_when_hard_limited", ""}, kNoCollector);

  fields.Check("limit_mib", limit_mib > 0 || limit_percentage > 0,
               "set this or limit_percentage to more than 0");
  fields.Check("spike_limit_mib", limit_mib == 0 || spike_limit_mib < limit_mib,
               "must be less than limit_mib");
  fields.Check("spike_limit_percentage",
               limit_percentage == 0 || spike_limit_percentage < limit_percentage,
               "must be less than limit_percentage");
}

uint64_t MemoryLimiterConfig::Budget(uint64_t available) const {
  const auto share = [&](int64_t percentage) {
    return available / 100 * static_cast<uint64_t>(percentage);
  };
  const auto bytes = [](int64_t mib) {
    return static_cast<uint64_t>(mib) << 20U;
  };
  const uint64_t limit = limit_mib > 0 ? bytes(limit_mib) : share(limit_percentage);
  const uint64_t spike = limit_mib > 0 ? bytes(spike_limit_mib) : share(spike_limit_percentage);
  return limit - (spike > 0 ? spike : limit / 5);
}

ComponentType MemoryLimiterType() {
  return {ComponentKind::kProcessor,
          {"memory_limiter"},
          "sets the budget of the bytes that hold spans",
          [] {
            return std::make_unique<MemoryLimiterConfig>();
          }};
}

}  // namespace spanhold::config
