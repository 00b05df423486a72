#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "src/core/bytes.h"
#include "src/core/memory_budget.h"
#include "src/core/status.h"

namespace spanhold::net {

// A body of up to `limit` bytes as it arrives, inside the budget. It grows with what has come and
// not with what was announced, so a client that only announces holds little of the budget.
//
// Threading: thread-compatible. Ownership: the budget must outlive the bytes.
class BodyBuffer {
 public:
  BodyBuffer(uint64_t limit, MemoryBudget& budget) : limit_(limit), budget_(budget) {}

  // Makes room for more, for a body that will have `expected` bytes in all, or 0 when unknown.
  //
  // kResourceExhausted: past the limit. kUnavailable: the budget has no room now.
  [[nodiscard]] Status Grow(uint64_t expected);

  // Where the next bytes go, after Grow(): at least one. Then Commit() says how many have come.
  char* free_space() { return bytes_.data() + size_; }
  size_t free_size() const { return bytes_.size() - size_; }
  void Commit(size_t count) { size_ += count; }

  // Grow() as needed, copy, Commit().
  [[nodiscard]] Status Append(std::string_view content, uint64_t expected);

  // What has come. Leaves this empty.
  Bytes Take();

 private:
  const uint64_t limit_;
  MemoryBudget& budget_;
  Bytes bytes_;
  size_t size_ = 0;
};

}  // namespace spanhold::net
