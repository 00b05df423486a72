#pragma once

#include <cstddef>
#include <cstdint>

#include "src/core/bytes.h"
#include "src/core/memory_budget.h"
#include "src/core/status.h"

namespace spanhold::compress {

// The buffer that one stream is inflated into. It grows in steps, each reserved before it is
// allocated, and never holds more than one byte above `max_size`: the byte that proves that a
// stream is too large.
//
// Usage: until the stream ends EnsureRoom(), write at end(), Wrote(); then Finish().
//
// Threading: thread-compatible. Errors: kResourceExhausted without RetryAfter (too large),
// kUnavailable (no room in the budget now).
class Output {
 public:
  Output(uint64_t max_size, MemoryBudget& budget) : max_size_(max_size), budget_(budget) {}

  // Room for `wanted` bytes, or for as many of them as `max_size` leaves, at least one.
  Status EnsureRoom(uint64_t wanted = 1);

  char* end() { return buffer_.data() + size_; }
  size_t room() const { return buffer_.size() - size_; }
  void Wrote(size_t bytes) { size_ += bytes; }

  // What was written, in a buffer that is little larger than that.
  StatusOr<Bytes> Finish() &&;

  Status TooLarge() const;
  // What a decompressor returns that finds no memory for itself.
  static Status NoMemory();

 private:
  Status Reallocate(uint64_t capacity);

  const uint64_t max_size_;
  MemoryBudget& budget_;
  Bytes buffer_;
  size_t size_ = 0;
};

}  // namespace spanhold::compress
