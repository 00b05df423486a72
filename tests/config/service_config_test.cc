#include "src/config/service_config.h"

#include <memory>

#include <gmock/gmock.h>

#include "src/config/memory_limiter.h"
#include "src/config/reader.h"

namespace spanhold::config {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20U;

ComponentEntry Limiter(const std::string& id, int64_t limit_mib) {
  auto config = std::make_unique<MemoryLimiterConfig>();
  config->limit_mib = limit_mib;
  config->spike_limit_mib = 1;
  ComponentEntry entry;
  entry.id = id;
  entry.config = std::move(config);
  return entry;
}

std::vector<std::string> ErrorsOf(std::string_view text) {
  Report report;
  ServiceSettings settings;
  const Node node = ParseYaml(text, "a.yaml", report).value();
  Reader::Read(node, node.where, "service", report,
               [&](Reader& reader) { settings.Describe(reader); });
  return report.Errors();
}

TEST(ServiceConfigTest, DefaultBudgetIsHalfOfTheMemoryUpTo256MiB) {
  const ServiceConfig config;

  EXPECT_EQ(MemoryBudgetOf(config, 100 * kMiB), 50 * kMiB);
  EXPECT_EQ(MemoryBudgetOf(config, 10'000 * kMiB), 256 * kMiB);
}

TEST(ServiceConfigTest, SmallestBudgetWins) {
  ServiceConfig config;
  config.processors.push_back(Limiter("memory_limiter", 101));
  config.processors.push_back(Limiter("memory_limiter/b", 51));

  EXPECT_EQ(MemoryBudgetOf(config, 100 * kMiB), 50 * kMiB);
  config.memory_limit = 10 * kMiB;
  EXPECT_EQ(MemoryBudgetOf(config, 100 * kMiB), 10 * kMiB);
  config.memory_limit = 90 * kMiB;
  EXPECT_EQ(MemoryBudgetOf(config, 100 * kMiB), 50 * kMiB);
}

TEST(ServiceConfigTest, FindsComponentsById) {
  ServiceConfig config;
  config.processors.push_back(Limiter("memory_limiter/a", 1));

  EXPECT_EQ(config.Find(ComponentKind::kProcessor, "memory_limiter/a"), &config.processors[0]);
  EXPECT_EQ(config.Find(ComponentKind::kProcessor, "memory_limiter"), nullptr);
  EXPECT_EQ(config.Find(ComponentKind::kExporter, "memory_limiter/a"), nullptr);
}

TEST(ServiceConfigTest, RefusesValuesThatCannotRun) {
  EXPECT_THAT(ErrorsOf("{threads: 0, queue: {size: 0, bytes: 0}}"),
              testing::ElementsAre(
                  "a.yaml:1: service.threads: want a whole number from 1 to 256, got \"0\"",
                  "a.yaml:1: service.queue.size: want a whole number from 1 to 2147483647, got "
                  "\"0\"",
                  "a.yaml:1: service.queue.bytes: must be more than 0"));
}

}  // namespace
}  // namespace spanhold::config
