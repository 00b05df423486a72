#include "src/exporter/jaeger/split.h"

#include <unordered_map>
#include <utility>

#include "src/otlp/grouping.h"

namespace spanhold::jaeger {
namespace {

// Sorts spans into requests. Spans must come part by part.
class Splitter {
 public:
  explicit Splitter(uint64_t max_span_bytes) : max_span_bytes_(max_span_bytes) {}

  void Add(const otlp::BatchPart& part, uint32_t index) {
    const otlp::Span& span = part.chunk->spans[index];
    Process& process = Find(part, part.chunk->scopes[span.scope].resource);
    const uint64_t size = span.message.size();
    if (process.bytes > 0 && process.bytes + size > max_span_bytes_) {
      process.request = requests_.size();
      process.bytes = 0;
      requests_.emplace_back();
    }
    process.bytes += size;
    Request& request = requests_[process.request];
    if (request.last_part != &part) {
      request.last_part = &part;
      request.parts.push_back({part.chunk, part.settlement, {}});
    }
    request.parts.back().Add(index);
  }

  std::vector<otlp::TraceBatch> Take() {
    std::vector<otlp::TraceBatch> batches(requests_.size());
    for (size_t i = 0; i < requests_.size(); ++i) {
      for (otlp::BatchPart& part : requests_[i].parts) {
        batches[i].Append(std::move(part));
      }
    }
    return batches;
  }

 private:
  struct Process {
    otlp::HeaderRef resource;
    size_t request = 0;  // the one that is being filled
    uint64_t bytes = 0;  // of its spans
  };
  struct Request {
    std::vector<otlp::BatchPart> parts;
    const otlp::BatchPart* last_part = nullptr;  // of the batch, which parts.back() is taken from
  };

  Process& Find(const otlp::BatchPart& part, uint32_t resource) {
    if (part_ != &part || resource != resource_) {
      part_ = &part;
      resource_ = resource;
      process_ = FindEqual({part.chunk.get(), &part.chunk->resources[resource]});
    }
    return processes_[process_];
  }

  size_t FindEqual(const otlp::HeaderRef& resource) {
    const auto [first, last] = by_hash_.equal_range(resource.header->hash);
    for (auto i = first; i != last; ++i) {
      if (otlp::SameBytes(processes_[i->second].resource, resource)) {
        return i->second;
      }
    }
    by_hash_.emplace(resource.header->hash, processes_.size());
    processes_.push_back({resource, requests_.size(), 0});
    requests_.emplace_back();
    return processes_.size() - 1;
  }

  const uint64_t max_span_bytes_;
  std::vector<Process> processes_;
  std::unordered_multimap<uint64_t, size_t> by_hash_;  // of the resource, into processes_
  std::vector<Request> requests_;
  // Where the last span belonged: the next one mostly does too.
  const otlp::BatchPart* part_ = nullptr;
  uint32_t resource_ = 0;
  size_t process_ = 0;
};

}  // namespace

std::vector<otlp::TraceBatch> SplitByProcess(const otlp::TraceBatch& batch,
                                             uint64_t max_span_bytes) {
  Splitter splitter(max_span_bytes);
  batch.ForEachSpan(
      [&](const otlp::BatchPart& part, uint32_t index) { splitter.Add(part, index); });
  return splitter.Take();
}

}  // namespace spanhold::jaeger
