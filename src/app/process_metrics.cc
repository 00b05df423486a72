#include "src/app/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "src/app/version.h"

namespace spanhold::app {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double CpuSeconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) {
    return 0;
  }
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

}  // namespace

uint64_t ResidentBytes() {
  // proc(5): the second number of statm is the resident set in pages.
  std::ifstream statm("/proc/self/statm");
  uint64_t size = 0;
  uint64_t resident = 0;
  if (!(statm >> size >> resident)) {
    return 0;
  }
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

void AddProcessMetrics(Telemetry& telemetry, const MemoryBudget& budget, const Clock& clock) {
  using Kind = Telemetry::Kind;
  const TimePoint started = clock.Now();
  telemetry.AddCallback(
      Kind::kCounter, "otelcol_process_uptime", "Seconds since the start.", {},
      [&clock, started] { return std::chrono::duration<double>(clock.Now() - started).count(); });
  telemetry.AddCallback(Kind::kCounter, "otelcol_process_cpu_seconds",
                        "CPU time of the process, user and system.", {}, CpuSeconds);
  telemetry.AddCallback(Kind::kGauge, "otelcol_process_memory_rss",
                        "Resident memory of the process in bytes.", {},
                        [] { return static_cast<double>(ResidentBytes()); });
  telemetry.AddCallback(Kind::kGauge, "spanhold_memory_held_bytes",
                        "Bytes that hold spans at this moment, by the memory budget's count.", {},
                        [&budget] { return static_cast<double>(budget.used()); });
  telemetry.AddCallback(Kind::kGauge, "spanhold_memory_limit_bytes", "The memory budget.", {},
                        [&budget] { return static_cast<double>(budget.limit()); });
  telemetry.AddCallback(Kind::kGauge, "spanhold_build_info", "Always 1; the version is a label.",
                        {{"version", kVersion}}, [] { return 1.0; });
}

}  // namespace spanhold::app
