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
      : budget_(budget),
        memory_(Bytes::Allocate(budget.Reserve(expected_size))),
        end_(memory_.data()),
        limit_(end_ + memory_.size()) {}

  RequestBuffer(const RequestBuffer&) = delete;
  RequestBuffer& operator=(const RequestBuffer&) = delete;
  ~RequestBuffer() = default;

  // The next `size` bytes, which the caller has to write before the next call.
  char* Append(size_t size) {
    if (static_cast<size_t>(limit_ - end_) < size) {
      Grow(size);
    }
    char* const appended = end_;
    end_ += size;
    return appended;
  }

  // What was written.
  char* data() { return memory_.data(); }
  size_t size() { return static_cast<size_t>(end_ - data()); }

  // Moves what was written from the offset `from` on to the offset `to`.
  void Move(size_t from, size_t to) {
    const size_t moved = size() - from;
    if (to > from) {
      Append(to - from);
    }
    std::memmove(data() + to, data() + from, moved);
    end_ = data() + to + moved;
  }

  Bytes Take() && {
    const size_t written = size();
    // The last owner is what is returned.
    const auto memory = std::make_shared<Bytes>(std::move(memory_));
    return Bytes::Adopt(memory->view().substr(0, written), memory, Reservation());
  }

 private:
  // Out of line: seldom called, and a reason not to inline Append().
  [[gnu::noinline]] void Grow(size_t size) {
    const size_t written = this->size();
    Bytes larger = Bytes::Allocate(budget_.Reserve(2 * (written + size)));
    std::memcpy(larger.data(), memory_.data(), written);
    memory_ = std::move(larger);
    end_ = memory_.data() + written;
    limit_ = memory_.data() + memory_.size();
  }

  MemoryBudget& budget_;
  Bytes memory_;
  char* end_;    // of what was written
  char* limit_;  // of memory_
};

}  // namespace spanhold::jaeger
