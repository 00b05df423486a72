#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spanhold::bench {

// Requests of realistic spans, about 380 bytes each, from a few services. Each span's id is its
// number, so that a loss or a double is seen.
//
// Threading: thread-compatible.
class RequestMaker {
 public:
  explicit RequestMaker(uint32_t spans_per_request);

  // The request with spans [first, first + spans_per_request).
  std::string Make(uint64_t first);

 private:
  std::string template_;
  std::vector<size_t> trace_ids_;  // where the 16 bytes of each span's trace id stand
  std::vector<size_t> span_ids_;
};

// Counts each numbered span that arrives.
//
// Threading: thread-safe.
class ArrivalCounter {
 public:
  explicit ArrivalCounter(uint64_t spans) : seen_((spans + 63) / 64), spans_(spans) {}

  // All spans of one request; false when it is not well formed.
  bool Count(std::string_view request);

  uint64_t arrived() const { return arrived_; }
  uint64_t doubled() const { return doubled_; }

 private:
  void CountOne(uint64_t number);

  std::vector<std::atomic<uint64_t>> seen_;  // one bit a span
  const uint64_t spans_;
  std::atomic<uint64_t> arrived_{0};
  std::atomic<uint64_t> doubled_{0};
};

}  // namespace spanhold::bench
