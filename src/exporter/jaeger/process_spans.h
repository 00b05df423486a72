#pragma once

#include <utility>
#include <vector>

#include "src/core/status.h"
#include "src/exporter/jaeger/model.h"
#include "src/exporter/jaeger/translate.h"
#include "src/otlp/grouping.h"
#include "src/otlp/trace_batch.h"
#include "src/otlp/views.h"

namespace spanhold::jaeger {

// The spans of one process, translated one by one for an encoder.
//
// Threading: thread-compatible. Ownership: `batch` must outlive it.
class ProcessSpans {
 public:
  // kInternal when the spans of `batch` have more than one resource, or there is none.
  static StatusOr<ProcessSpans> Of(const otlp::TraceBatch& batch) {
    std::vector<otlp::ResourceGroup> groups = otlp::GroupSpans(batch);
    if (groups.size() != 1) {
      return absl::InternalError("a request to Jaeger carries the spans of one process");
    }
    return ProcessSpans(std::move(groups.front()), batch.span_count());
  }

  uint32_t span_count() const { return span_count_; }

  Process process() const {
    return TranslateProcess(otlp::ResourceView(*group_.header.chunk, *group_.header.header));
  }

  // Calls `function(const Span&)` for each span; what it is given is written over afterwards.
  template <typename Function>
  void ForEach(Function&& function) const {
    Span translated;
    for (const otlp::ScopeGroup& group : group_.scopes) {
      const otlp::ScopeView scope(*group.header.chunk, *group.header.header);
      for (const otlp::SpanRun& run : group.runs) {
        for (uint32_t index = run.spans.first; index < run.spans.last; ++index) {
          TranslateSpan(run.chunk->span_message(index), scope, translated);
          function(std::as_const(translated));
        }
      }
    }
  }

 private:
  ProcessSpans(otlp::ResourceGroup group, uint32_t span_count)
      : group_(std::move(group)), span_count_(span_count) {}

  otlp::ResourceGroup group_;
  uint32_t span_count_;
};

}  // namespace spanhold::jaeger
