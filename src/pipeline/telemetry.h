#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "src/core/mutex.h"

namespace spanhold {

// Labels of one time series, in the order they are written.
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

// A count that only grows.
//
// Threading: thread-safe. Relaxed: a count publishes nothing but itself.
class Counter {
 public:
  void Add(uint64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t count() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// A level that rises and falls.
//
// Threading: thread-safe.
class Gauge {
 public:
  void Add(int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  int64_t level() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// Counts observations in buckets with fixed upper bounds.
//
// Threading: thread-safe.
class Histogram {
 public:
  // `bounds` ascending; a last bucket without bound is added.
  explicit Histogram(std::vector<double> bounds);

  void Observe(double value);

  const std::vector<double>& bounds() const { return bounds_; }
  // Not cumulative, one more than bounds().
  std::vector<uint64_t> BucketCounts() const;
  double Sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<double> bounds_;
  std::unique_ptr<std::atomic<uint64_t>[]> buckets_;
  std::atomic<double> sum_{0};
};

// Every metric of the service by name, for /metrics and the status page. What it returns lives as
// long as it does.
//
// Names are the Collector's where it has one, without `_total`; else `spanhold_<what>_<unit>`.
//
// Threading: thread-safe.
class Telemetry {
 public:
  enum class Kind { kCounter, kGauge, kHistogram };

  // One time series; which member is set follows from its family's kind.
  struct Series {
    MetricLabels labels;
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
    std::function<double()> read;  // a counter or gauge kept elsewhere
  };

  struct Family {
    std::string name;
    std::string help;
    Kind kind = Kind::kCounter;
    std::deque<Series> series;
  };

  // A second call with equal name and labels returns the first one's object.
  Counter& AddCounter(const std::string& name, const std::string& help, MetricLabels labels);
  Gauge& AddGauge(const std::string& name, const std::string& help, MetricLabels labels);
  Histogram& AddHistogram(const std::string& name, const std::string& help, MetricLabels labels,
                          std::vector<double> bounds);

  // A value read when it is asked for, by `read`, which must be thread-safe and outlive the last
  // Visit().
  void AddCallback(Kind kind, const std::string& name, const std::string& help, MetricLabels labels,
                   std::function<double()> read);

  // Calls `visitor` for each family, in the order of their first registration. No metric may be
  // added from inside.
  void Visit(const std::function<void(const Family&)>& visitor) const;

 private:
  Series& FindOrAdd(Kind kind, const std::string& name, const std::string& help,
                    MetricLabels labels) SPANHOLD_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::deque<Family> families_ SPANHOLD_GUARDED_BY(mutex_);
};

}  // namespace spanhold
