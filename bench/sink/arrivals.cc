#include "bench/sink/arrivals.h"

#include <algorithm>

#include "bench/numbered/json_object.h"
#include "bench/numbered/span_number.h"

namespace spanhold::bench {
namespace {

constexpr size_t kShownRanges = 20;

std::string RangesJson(const std::vector<SpanRange>& ranges) {
  std::string json = "[";
  for (size_t i = 0; i < ranges.size() && i < kShownRanges; ++i) {
    json += (i == 0 ? "[" : ", [") + std::to_string(ranges[i].first) + ", " +
            std::to_string(ranges[i].spans) + "]";
  }
  return json + "]";
}

}  // namespace

void Arrivals::Count(uint64_t span_id) {
  const uint64_t number = NumberOf(span_id);
  if (number >= capacity_) {
    ++foreign_;
    return;
  }
  const uint64_t bit = uint64_t{1} << (number % 64);
  ++((seen_[number / 64].fetch_or(bit) & bit) != 0 ? doubled_ : arrived_);
}

void Arrivals::CountRequest(uint64_t bytes_on_the_wire) {
  ++requests_;
  bytes_ += bytes_on_the_wire;
}

std::string Arrivals::Report(const std::vector<SpanRange>* acked) const {
  JsonObject json;
  json.Add("arrived", arrived_)
      .Add("doubled", doubled_)
      .Add("foreign", foreign_)
      .Add("requests", requests_)
      .Add("malformed_requests", malformed_)
      .Add("bytes", bytes_)
      .Add("own_cpu_seconds", OwnCpuSeconds());
  if (acked == nullptr) {
    return json.Text();
  }
  uint64_t spans = 0;
  uint64_t missing = 0;
  std::vector<SpanRange> sorted = *acked;
  std::sort(sorted.begin(), sorted.end(),
            [](const SpanRange& a, const SpanRange& b) { return a.first < b.first; });
  std::vector<SpanRange> gaps;
  for (const SpanRange& range : sorted) {
    spans += range.spans;
    for (uint64_t number = range.first; number < range.first + range.spans; ++number) {
      if (Has(number)) {
        continue;
      }
      ++missing;
      if (!gaps.empty() && gaps.back().first + gaps.back().spans == number) {
        ++gaps.back().spans;
      } else {
        gaps.push_back({number, 1});
      }
    }
  }
  json.Add("acked", spans)
      .Add("missing", missing)
      .Add("arrived_without_ack", arrived_ - (spans - missing))
      .AddRaw("missing_ranges", RangesJson(gaps));
  return json.Text();
}

}  // namespace spanhold::bench
