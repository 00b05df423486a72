#pragma once

#include <cstddef>
#include <string_view>

#include "src/core/bytes.h"
#include "src/core/memory_budget.h"

namespace spanhold {

// What a writer writes into, from front to back, when it does not know before how much that will be.
// All of its memory is charged to the budget, past its limit if need be.
//
// Threading: thread-compatible. Ownership: the budget must outlive it and what Take() returned.
class GrowingBytes {
 public:
  // With room for `reservation.size()` bytes; more is made when it is needed.
  GrowingBytes(Reservation reservation, MemoryBudget& budget);
  GrowingBytes(const GrowingBytes&) = delete;
  GrowingBytes& operator=(const GrowingBytes&) = delete;
  ~GrowingBytes() = default;

  // At least `size` bytes to write to, which follow what was written. Inlined by force, as the other
  // small ones: a writer calls them for every few bytes.
  [[gnu::always_inline]] char* Room(size_t size) {
    if (size > static_cast<size_t>(limit_ - end_)) [[unlikely]] {
      Grow(size);
    }
    return end_;
  }

  // What is written now ends at `end`: in Room(), or before it to take something back.
  [[gnu::always_inline]] void EndAt(char* end) { end_ = end; }

  // `size` bytes that count as written; the caller writes them before the next call.
  [[gnu::always_inline]] char* Append(size_t size) {
    char* const appended = Room(size);
    end_ += size;
    return appended;
  }

  // What is written so far. Room() may move it.
  char* data() { return memory_.data(); }
  size_t size() const { return static_cast<size_t>(end_ - memory_.view().data()); }
  std::string_view view() const { return memory_.view().substr(0, size()); }

  // What was written. Its memory stays as large as it is.
  Bytes Take() &&;

 private:
  [[gnu::noinline]] void Grow(size_t size);

  MemoryBudget& budget_;
  Bytes memory_;
  char* end_;    // of what is written
  char* limit_;  // of memory_
};

}  // namespace spanhold
