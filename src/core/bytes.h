#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "src/core/memory_budget.h"

namespace spanhold {

// A buffer of span bytes and the reservation that pays for it. Either allocated here or kept alive
// through another owner (a gRPC slice, a string).
//
// Threading: thread-compatible. Moving leaves the source empty; the address of the bytes stays.
class Bytes {
 public:
  Bytes() = default;
  Bytes(Bytes&& other) noexcept;
  Bytes& operator=(Bytes&& other) noexcept;
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() = default;

  // reservation.size() uninitialised bytes, to be written through data().
  static Bytes Allocate(Reservation reservation);

  // `size` uninitialised bytes, more than are reserved yet: TryGrowReservation() comes before each
  // stretch that is written. The kernel gives memory to what has been written only.
  static Bytes AllocateAhead(size_t size, Reservation reservation);

  // A copy of `content`, reserved from `budget` past its limit if need be.
  static Bytes Copy(std::string_view content, MemoryBudget& budget);

  // `content`, which lives as long as `owner`.
  static Bytes Adopt(std::string_view content, std::shared_ptr<const void> owner,
                     Reservation reservation);

  std::string_view view() const { return {data_, size_}; }
  size_t size() const { return size_; }

  // Writable only for a buffer from Allocate() or Copy(); null otherwise.
  char* data() { return storage_.get(); }

  // Takes `extra` bytes more from the budget for what is kept beside these (an index of them), or
  // returns false and changes nothing when the budget has no room or would have less than
  // `keep_free`. Bytes without a reservation are not accounted for, and neither is this.
  [[nodiscard]] bool TryGrowReservation(uint64_t extra, uint64_t keep_free = 0);

  // Keeps the first `size` bytes and gives the rest back to the budget.
  void Truncate(size_t size);

 private:
  std::unique_ptr<char[]> storage_;
  std::shared_ptr<const void> owner_;
  const char* data_ = nullptr;
  size_t size_ = 0;
  Reservation reservation_;
};

}  // namespace spanhold
