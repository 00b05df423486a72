#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>

#include "src/core/bytes.h"
#include "src/core/memory_budget.h"

namespace spanhold::jaeger {

// A request while it is written: it grows when more comes than was expected. All of its memory is
// charged to the budget.
//
// Threading: thread-compatible. Ownership: the budget must outlive it and what it returns.
class RequestBuffer {
 public:
  RequestBuffer(size_t expected_size, MemoryBudget& budget)
      : budget_(budget), memory_(Bytes::Allocate(budget.Reserve(expected_size))) {}

  // The next `size` bytes, which the caller has to write before the next call.
  char* Append(size_t size) {
    if (memory_.size() - size_ < size) {
      Grow(size);
    }
    char* const appended = memory_.data() + size_;
    size_ += size;
    return appended;
  }

  // What was written.
  char* data() { return memory_.data(); }
  size_t size() const { return size_; }

  // Moves what was written from the offset `from` on to the offset `to`.
  void Move(size_t from, size_t to) {
    const size_t moved = size_ - from;
    if (to > from) {
      Append(to - from);
    }
    std::memmove(data() + to, data() + from, moved);
    size_ = to + moved;
  }

  Bytes Take() && {
    // The last owner is what is returned.
    const auto memory = std::make_shared<Bytes>(std::move(memory_));
    return Bytes::Adopt(memory->view().substr(0, size_), memory, Reservation());
  }

 private:
  // Out of line: seldom called, and a reason not to inline Append().
  [[gnu::noinline]] void Grow(size_t size) {
    Bytes larger = Bytes::Allocate(budget_.Reserve(2 * (size_ + size)));
    std::memcpy(larger.data(), memory_.data(), size_);
    memory_ = std::move(larger);
  }

  MemoryBudget& budget_;
  Bytes memory_;
  size_t size_ = 0;
};

}  // namespace spanhold::jaeger
