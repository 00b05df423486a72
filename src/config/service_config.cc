#include "src/config/service_config.h"

#include <algorithm>
#include <limits>

#include "src/config/memory_limiter.h"

namespace spanhold::config {
namespace {

// Half of the memory there is leaves room for the rest of the process and its neighbours; 256 MiB
// hold minutes of a busy service.
constexpr uint64_t kLargestDefaultBudget = uint64_t{256} << 20U;

}  // namespace

void IntakeQueueConfig::Describe(Fields& fields) {
  auto spans = static_cast<int64_t>(size);
  fields.Int({"size", "spans; a larger request is taken when the queue is empty"}, spans, 1,
             std::numeric_limits<int32_t>::max());
  size = static_cast<uint64_t>(spans);
  fields.Size({"bytes", "bytes of the requests in it"}, bytes);
  fields.Time({"wait", "how long a request waits for room before its client is told to retry"},
              wait);
  fields.Check("bytes", bytes > 0, "must be more than 0");
}

void ServiceSettings::Describe(Fields& fields) {
  fields.Section({"telemetry", "what the daemon says of itself"},
                 [this](Fields& section) { telemetry.Describe(section); });
  fields.Time({"shutdown_timeout", "how long to go on delivering after SIGTERM"}, shutdown_timeout);
  fields.Int({"threads", "threads that serve HTTP receivers"}, threads, 1, 256);
  fields.Section({"memory", "the budget of the bytes that hold spans"}, [this](Fields& memory) {
    memory.Size({"limit", "0: half of the memory there is, at most 256MiB"}, memory_limit);
  });
  fields.Section({"queue", "the intake queue of each pipeline"},
                 [this](Fields& section) { queue.Describe(section); });
  fields.OptionalSection({"journal", "keeps requests on disk until they are delivered"},
                         journal.enabled, [this](Fields& section) { journal.Describe(section); });
}

std::vector<ComponentEntry>& ServiceConfig::Components(ComponentKind kind) {
  switch (kind) {
    case ComponentKind::kReceiver:
      return receivers;
    case ComponentKind::kProcessor:
      return processors;
    case ComponentKind::kExporter:
      return exporters;
    case ComponentKind::kExtension:
      break;
  }
  return extensions;
}

const std::vector<ComponentEntry>& ServiceConfig::Components(ComponentKind kind) const {
  return const_cast<ServiceConfig*>(this)->Components(kind);
}

const ComponentEntry* ServiceConfig::Find(ComponentKind kind, std::string_view id) const {
  const std::vector<ComponentEntry>& entries = Components(kind);
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const ComponentEntry& entry) { return entry.id == id; });
  return found == entries.end() ? nullptr : &*found;
}

uint64_t MemoryBudgetOf(const ServiceConfig& config, uint64_t available) {
  uint64_t budget = config.memory_limit;
  for (const ComponentEntry& entry : config.processors) {
    if (const auto* limiter = dynamic_cast<const MemoryLimiterConfig*>(entry.config.get())) {
      const uint64_t other = limiter->Budget(available);
      budget = budget == 0 ? other : std::min(budget, other);
    }
  }
  return budget > 0 ? budget : std::min(available / 2, kLargestDefaultBudget);
}

}  // namespace spanhold::config
