#include "src/app/metrics_page.h"

#include <limits>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace spanhold::app {
namespace {

prometheus::MetricType TypeOf(Telemetry::Kind kind) {
  switch (kind) {
    case Telemetry::Kind::kCounter:
      return prometheus::MetricType::Counter;
    case Telemetry::Kind::kGauge:
      return prometheus::MetricType::Gauge;
    case Telemetry::Kind::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

void FillHistogram(const Histogram& from, prometheus::ClientMetric::Histogram& to) {
  const std::vector<uint64_t> counts = from.BucketCounts();
  uint64_t cumulative = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    cumulative += counts[i];
    const double bound =
        i < from.bounds().size() ? from.bounds()[i] : std::numeric_limits<double>::infinity();
    to.bucket.push_back({cumulative, bound});
  }
  to.sample_count = cumulative;
  to.sample_sum = from.Sum();
}

prometheus::ClientMetric ToMetric(const Telemetry::Series& series, Telemetry::Kind kind) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : series.labels) {
    metric.label.push_back({name, value});
  }
  double value = 0;
  if (series.read) {
    value = series.read();
  } else if (series.counter) {
    value = static_cast<double>(series.counter->count());
  } else if (series.gauge) {
    value = static_cast<double>(series.gauge->level());
  }
  if (kind == Telemetry::Kind::kHistogram) {
    FillHistogram(*series.histogram, metric.histogram);
  } else if (kind == Telemetry::Kind::kCounter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return metric;
}

}  // namespace

std::string MetricsPage(const Telemetry& telemetry) {
  std::vector<prometheus::MetricFamily> families;
  telemetry.Visit([&](const Telemetry::Family& family) {
    prometheus::MetricFamily& out = families.emplace_back();
    out.name = family.name;
    out.help = family.help;
    out.type = TypeOf(family.kind);
    for (const Telemetry::Series& series : family.series) {
      out.metric.push_back(ToMetric(series, family.kind));
    }
  });
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace spanhold::app
