#include "src/app/metrics_page.h"

#include <charconv>
#include <limits>
#include <string_view>
#include <vector>

// https://prometheus.io/docs/instrumenting/exposition_formats/, "Text-based format".
namespace spanhold::app {
namespace {

constexpr std::string_view kInfinity = "+Inf";

std::string_view TypeName(Telemetry::Kind kind) {
  switch (kind) {
    case Telemetry::Kind::kCounter:
      return "counter";
    case Telemetry::Kind::kGauge:
      return "gauge";
    case Telemetry::Kind::kHistogram:
      return "histogram";
  }
  return "untyped";
}

// All the digits that a double has; a count is written as a whole number.
std::string NumberText(double value) {
  constexpr int kDigits = std::numeric_limits<double>::digits10 + 1;
  char text[32];
  const auto written =
      std::to_chars(std::begin(text), std::end(text), value, std::chars_format::general, kDigits);
  return {text, written.ptr};
}

// A label's value, or, where quotes may stand, a help text.
void AppendEscaped(std::string& page, std::string_view text, bool escape_quotes) {
  for (const char c : text) {
    if (c == '\n') {
      page += "\\n";
      continue;
    }
    if (c == '\\' || (escape_quotes && c == '"')) {
      page += '\\';
    }
    page += c;
  }
}

void AppendLabel(std::string& page, std::string_view name, std::string_view value) {
  page += page.back() == '{' ? "" : ",";
  page.append(name).append("=\"");
  AppendEscaped(page, value, true);
  page += '"';
}

// One line. `bound` is the upper one of a histogram's bucket, or empty.
void AppendSample(std::string& page, const std::string& name, const MetricLabels& labels,
                  std::string_view bound, double value) {
  page += name;
  if (!labels.empty() || !bound.empty()) {
    page += '{';
    for (const auto& [label, text] : labels) {
      AppendLabel(page, label, text);
    }
    if (!bound.empty()) {
      AppendLabel(page, "le", bound);
    }
    page += '}';
  }
  page.append(" ").append(NumberText(value)).append("\n");
}

void AppendHistogram(std::string& page, const std::string& name, const MetricLabels& labels,
                     const Histogram& histogram) {
  const std::vector<uint64_t> counts = histogram.BucketCounts();
  const std::vector<double>& bounds = histogram.bounds();
  double cumulative = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    cumulative += static_cast<double>(counts[i]);
    AppendSample(page, name + "_bucket", labels,
                 i < bounds.size() ? NumberText(bounds[i]) : kInfinity, cumulative);
  }
  AppendSample(page, name + "_sum", labels, "", histogram.Sum());
  AppendSample(page, name + "_count", labels, "", cumulative);
}

double ValueOf(const Telemetry::Series& series) {
  if (series.read) {
    return series.read();
  }
  return series.counter ? static_cast<double>(series.counter->count())
                        : static_cast<double>(series.gauge->level());
}

}  // namespace

std::string MetricsPage(const Telemetry& telemetry) {
  std::string page;
  telemetry.Visit([&page](const Telemetry::Family& family) {
    page.append("# HELP ").append(family.name).append(" ");
    AppendEscaped(page, family.help, false);
    page.append("\n# TYPE ").append(family.name).append(" ").append(TypeName(family.kind));
    page += '\n';
    for (const Telemetry::Series& series : family.series) {
      if (family.kind == Telemetry::Kind::kHistogram) {
        AppendHistogram(page, family.name, series.labels, *series.histogram);
      } else {
        AppendSample(page, family.name, series.labels, "", ValueOf(series));
      }
    }
  });
  return page;
}

}  // namespace spanhold::app
