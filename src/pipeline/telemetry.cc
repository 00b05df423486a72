#include "src/pipeline/telemetry.h"

#include <algorithm>

#include "src/core/check.h"

namespace spanhold {

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)),
      buckets_(std::make_unique<std::atomic<uint64_t>[]>(bounds_.size() + 1)) {}

void Histogram::Observe(double value) {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  buckets_[static_cast<size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  double sum = sum_.load(std::memory_order_relaxed);
  while (!sum_.compare_exchange_weak(sum, sum + value, std::memory_order_relaxed)) {
  }
}

std::vector<uint64_t> Histogram::BucketCounts() const {
  std::vector<uint64_t> counts(bounds_.size() + 1);
  for (size_t i = 0; i < counts.size(); ++i) {
    counts[i] = buckets_[i].load(std::memory_order_relaxed);
  }
  return counts;
}

Telemetry::Series& Telemetry::FindOrAdd(Kind kind, const std::string& name, const std::string& help,
                                        MetricLabels labels) {
  auto family = std::find_if(families_.begin(), families_.end(),
                             [&](const Family& f) { return f.name == name; });
  if (family == families_.end()) {
    families_.push_back({name, help, kind, {}});
    family = std::prev(families_.end());
  }
  SPANHOLD_CHECK(family->kind == kind);
  for (Series& series : family->series) {
    if (series.labels == labels) {
      return series;
    }
  }
  Series& series = family->series.emplace_back();
  series.labels = std::move(labels);
  return series;
}

Counter& Telemetry::AddCounter(const std::string& name, const std::string& help,
                               MetricLabels labels) {
  const MutexLock lock(mutex_);
  Series& series = FindOrAdd(Kind::kCounter, name, help, std::move(labels));
  if (!series.counter) {
    series.counter = std::make_unique<Counter>();
  }
  return *series.counter;
}

Gauge& Telemetry::AddGauge(const std::string& name, const std::string& help, MetricLabels labels) {
  const MutexLock lock(mutex_);
  Series& series = FindOrAdd(Kind::kGauge, name, help, std::move(labels));
  if (!series.gauge) {
    series.gauge = std::make_unique<Gauge>();
  }
  return *series.gauge;
}

Histogram& Telemetry::AddHistogram(const std::string& name, const std::string& help,
                                   MetricLabels labels, std::vector<double> bounds) {
  const MutexLock lock(mutex_);
  Series& series = FindOrAdd(Kind::kHistogram, name, help, std::move(labels));
  if (!series.histogram) {
    series.histogram = std::make_unique<Histogram>(std::move(bounds));
  }
  return *series.histogram;
}

void Telemetry::AddCallback(Kind kind, const std::string& name, const std::string& help,
                            MetricLabels labels, std::function<double()> read) {
  const MutexLock lock(mutex_);
  FindOrAdd(kind, name, help, std::move(labels)).read = std::move(read);
}

void Telemetry::Visit(const std::function<void(const Family&)>& visitor) const {
  const MutexLock lock(mutex_);
  for (const Family& family : families_) {
    visitor(family);
  }
}

}  // namespace spanhold
