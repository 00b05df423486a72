#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/config/available_memory.h"
#include "src/config/component_type.h"
#include "src/config/fields.h"
#include "src/config/journal.h"
#include "src/config/report.h"
#include "src/config/telemetry.h"
#include "src/core/clock.h"

namespace spanhold::config {

// One component of the configuration.
struct ComponentEntry {
  std::string id;  // "otlp", "otlp/eu"
  const ComponentType* type = nullptr;
  std::unique_ptr<ComponentConfig> config;
  // Whether the configuration sets any of its keys; false: "health_check:" and nothing more.
  bool configured = false;
  Position where;
};

// One of `service.pipelines`: ids of components that exist.
struct PipelineConfig {
  std::string id;  // "traces", "traces/eu"
  std::vector<std::string> receivers;
  std::vector<std::string> processors;  // in order, memory_limiter included
  std::vector<std::string> exporters;
};

// `service.queue`: the intake queue of each pipeline. Spanhold's own keys.
struct IntakeQueueConfig {
  uint64_t size = 2048;                  // spans, the SDKs' own queue size
  uint64_t bytes = uint64_t{64} << 20U;  // one request of the largest size
  Duration wait = std::chrono::milliseconds(500);

  void Describe(Fields& fields);
};

// `service` without its lists of components. All keys that Spanhold adds to the Collector's stand
// here: shutdown_timeout, threads, memory, queue, journal.
struct ServiceSettings {
  TelemetryConfig telemetry;
  Duration shutdown_timeout = std::chrono::seconds(10);
  int64_t threads = 1;
  uint64_t memory_limit = 0;  // see MemoryBudgetOf(); 0: not set
  IntakeQueueConfig queue;
  JournalConfig journal;

  void Describe(Fields& fields);
};

// A whole configuration that was found to be right.
//
// Threading: immutable once loaded. Ownership: the ComponentTypes must outlive it.
struct ServiceConfig : ServiceSettings {
  std::vector<ComponentEntry> receivers;
  std::vector<ComponentEntry> processors;
  std::vector<ComponentEntry> exporters;
  std::vector<ComponentEntry> extensions;  // in the order of service.extensions
  std::vector<PipelineConfig> pipelines;

  std::vector<ComponentEntry>& Components(ComponentKind kind);
  const std::vector<ComponentEntry>& Components(ComponentKind kind) const;

  // Null when there is none of that id.
  const ComponentEntry* Find(ComponentKind kind, std::string_view id) const;
};

// The budget of the bytes that hold spans: the smallest of service.memory.limit and what the
// memory_limiter processors say; without either, half of the memory there is, at most 256 MiB.
uint64_t MemoryBudgetOf(const ServiceConfig& config, uint64_t available = AvailableMemory());

}  // namespace spanhold::config
