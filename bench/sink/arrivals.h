#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/numbered/acked_file.h"

namespace spanhold::bench {

// Which numbered spans have arrived, a bit for each.
//
// Threading: thread-safe.
class Arrivals {
 public:
  // Spans numbered from `capacity` on are foreign: they are counted as such and not told apart.
  explicit Arrivals(uint64_t capacity) : seen_((capacity + 63) / 64), capacity_(capacity) {}

  void Count(uint64_t span_id);
  // One without a number.
  void CountForeign() { ++foreign_; }
  void CountRequest(uint64_t bytes_on_the_wire);
  void CountMalformed() { ++malformed_; }

  // A JSON object. With `acked`: also how many of those are missing, and the first ranges of them.
  std::string Report(const std::vector<SpanRange>* acked) const;

 private:
  bool Has(uint64_t number) const {
    return number < capacity_ && (seen_[number / 64] >> (number % 64) & 1U) != 0;
  }

  std::vector<std::atomic<uint64_t>> seen_;
  const uint64_t capacity_;
  std::atomic<uint64_t> arrived_{0};  // different ones
  std::atomic<uint64_t> doubled_{0};
  std::atomic<uint64_t> foreign_{0};
  std::atomic<uint64_t> requests_{0};
  std::atomic<uint64_t> malformed_{0};
  std::atomic<uint64_t> bytes_{0};
};

}  // namespace spanhold::bench
