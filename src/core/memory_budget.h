#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

namespace spanhold {

class MemoryBudget;

// Bytes taken from a MemoryBudget; the destructor gives them back. Whoever holds span bytes holds
// one of these of the same size.
//
// Threading: thread-compatible. Ownership: the budget must outlive it.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Reservation& operator=(Reservation&& other) noexcept;
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  ~Reservation() { Release(); }

  uint64_t size() const { return size_; }

  // Takes `bytes` more, or returns false and changes nothing when that would pass the limit.
  [[nodiscard]] bool TryGrow(uint64_t bytes);

  // Gives back all but `bytes`. `bytes` must not exceed size().
  void ShrinkTo(uint64_t bytes);

  void Release() { ShrinkTo(0); }

 private:
  friend class MemoryBudget;
  Reservation(MemoryBudget& budget, uint64_t size) : budget_(&budget), size_(size) {}

  MemoryBudget* budget_ = nullptr;
  uint64_t size_ = 0;
};

// The accountant of all bytes that hold spans: requests being read, decompressed and queued data,
// open batches, lanes and encode buffers.
//
// New data is taken in through TryReserve(), which keeps the limit. Stages that only move on what
// is already inside (encoding, copy on write) use Reserve(), which always succeeds: refusing there
// would lose acknowledged spans, and what they add is bounded by the requests in flight.
//
// Threading: thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(uint64_t limit) : limit_(limit) {}
  ~MemoryBudget();
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // `bytes` of the budget, or nothing when less than that is free.
  [[nodiscard]] std::optional<Reservation> TryReserve(uint64_t bytes);

  // `bytes`, past the limit if need be.
  [[nodiscard]] Reservation Reserve(uint64_t bytes);

  uint64_t limit() const { return limit_; }
  uint64_t used() const { return used_; }

 private:
  friend class Reservation;
  bool TryTake(uint64_t bytes);

  const uint64_t limit_;
  std::atomic<uint64_t> used_{0};
};

}  // namespace spanhold
