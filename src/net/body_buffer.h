#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "src/core/bytes.h"
#include "src/core/memory_budget.h"
#include "src/core/status.h"

namespace spanhold::net {

// A body of up to `limit` bytes as it arrives, inside the budget.
//
// One whose size was announced is refused before any of it has come if there is no room for all of
// it, but holds of the budget only what has come (in steps of doubling size): a client that only
// announces holds little. Large bodies leave room for small ones, see MemoryBudget::KeptFreeBy().
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
  size_t free_size() const { return room_ - size_; }
  void Commit(size_t count) { size_ += count; }

  // Grow() as needed, copy, Commit().
  [[nodiscard]] Status Append(std::string_view content, uint64_t expected);

  // What has come. Leaves this empty.
  Bytes Take();

 private:
  Status GrowAnnounced(uint64_t expected);
  Status GrowUnknown();

  const uint64_t limit_;
  MemoryBudget& budget_;
  Bytes bytes_;
  size_t room_ = 0;  // of bytes_: reserved, to be written
  size_t size_ = 0;  // of room_: written
};

}  // namespace spanhold::net
