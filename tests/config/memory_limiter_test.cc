#include "src/config/memory_limiter.h"

#include <gmock/gmock.h>

#include "src/config/reader.h"

namespace spanhold::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint64_t kMiB = uint64_t{1} << 20U;

std::vector<std::string> ReadInto(MemoryLimiterConfig& config, std::string_view text) {
  Report report;
  const Node node = ParseYaml(text, "a.yaml", report).value();
  Reader::Read(node, node.where, "x", report, [&](Reader& reader) { config.Describe(reader); });
  return report.Errors();
}

std::vector<std::string> ErrorsOf(std::string_view text) {
  MemoryLimiterConfig config;
  return ReadInto(config, text);
}

TEST(MemoryLimiterTest, BudgetIsTheLimitLessTheSpike) {
  const struct {
    std::string_view text;
    uint64_t budget;
  } cases[] = {
      {"{check_interval: 1s, limit_mib: 400, spike_limit_mib: 100}", 300 * kMiB},
      {"limit_mib: 400", 320 * kMiB},
      {"{limit_percentage: 50, spike_limit_percentage: 30}", 200 * kMiB},
      {"limit_percentage: 50", 400 * kMiB},
      {"{limit_mib: 400, limit_percentage: 10, spike_limit_percentage: 5}", 320 * kMiB},
  };

  for (const auto& c : cases) {
    MemoryLimiterConfig config;

    EXPECT_THAT(ReadInto(config, c.text), IsEmpty());

    EXPECT_EQ(config.Budget(1000 * kMiB), c.budget) << c.text;
  }
}

TEST(MemoryLimiterTest, RefusesWhatMakesNoBudget) {
  EXPECT_THAT(ErrorsOf("check_interval: 1s"),
              ElementsAre("a.yaml:1: x.limit_mib: set this or limit_percentage to more than 0"));
  EXPECT_THAT(ErrorsOf("{limit_mib: 100, spike_limit_mib: 100}"),
              ElementsAre("a.yaml:1: x.spike_limit_mib: must be less than limit_mib"));
  EXPECT_THAT(ErrorsOf("{limit_mib: 1, limit_percentage: 101}"),
              ElementsAre("a.yaml:1: x.limit_percentage: want a whole number from 0 to 100, got "
                          "\"101\""));
}

TEST(MemoryLimiterTest, HasNoGarbageCollector) {
  EXPECT_THAT(ErrorsOf("{limit_mib: 100, min_gc_interval_when_soft_limited: 1s}"),
              ElementsAre("a.yaml:1: x.min_gc_interval_when_soft_limited: not supported: there is "
                          "no garbage collector to run; remove it"));
}

}  // namespace
}  // namespace spanhold::config
