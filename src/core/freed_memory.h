#pragma once

#include <cstdint>
#include <functional>
#include <utility>

namespace spanhold {

// Gives to the system what the allocator keeps of freed memory, whole pages in the middle of its
// heaps included. Some milliseconds for each 100 MB, and what is given back has to be zeroed by the
// kernel when it is allocated again: not for buffers of everyday size.
//
// Threading: thread-safe.
void GiveBackFreedMemory();

// Counts large buffers that are freed in small parts. The allocator would keep these parts beside
// the next large buffer, which it maps: memory twice that the budget counts once.
//
// Threading: thread-compatible.
class FreedMemory {
 public:
  static constexpr uint64_t kStep = uint64_t{16} << 20U;

  explicit FreedMemory(std::function<void()> give_back = &GiveBackFreedMemory)
      : give_back_(std::move(give_back)) {}

  // `bytes` more were freed. Every kStep of them are given back.
  void Add(uint64_t bytes) {
    bytes_ += bytes;
    if (bytes_ >= kStep) {
      bytes_ = 0;
      give_back_();
    }
  }

 private:
  const std::function<void()> give_back_;
  uint64_t bytes_ = 0;
};

}  // namespace spanhold
