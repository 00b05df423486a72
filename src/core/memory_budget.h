#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
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

  // Takes `bytes` more, or returns false and changes nothing when that would pass the limit or
  // leave less than `keep_free`.
  [[nodiscard]] bool TryGrow(uint64_t bytes, uint64_t keep_free = 0);

  // Gives back all but `bytes`. `bytes` must not exceed size().
  void ShrinkTo(uint64_t bytes);

  void Release() { ShrinkTo(0); }

 private:
  friend class MemoryBudget;
  Reservation(MemoryBudget& budget, uint64_t size) : budget_(&budget), size_(size) {}

  MemoryBudget* budget_ = nullptr;
  uint64_t size_ = 0;
};

// Up to this a request is small: five times the batch of an SDK (512 spans, 0.2 MB).
inline constexpr uint64_t kSmallRequest = uint64_t{1} << 20U;

// The accountant of all bytes that hold spans: requests being read, decompressed and queued data,
// open batches, lanes and encode buffers.
//
// New data is taken in through TryReserve(), which keeps the limit. Stages that only move on what
// is already inside (encoding, copy on write) use Reserve(), which always succeeds: refusing there
// would lose acknowledged spans. So they must not copy what is large, see docs/memory.md.
//
// Threading: thread-safe.
class MemoryBudget {
 public:
  // `on_drained` is called, on whatever thread, when what is held has fallen below a 64th of the limit
  // after it was more than an eighth: a burst is over, and the allocator keeps what it has freed.
  explicit MemoryBudget(uint64_t limit, std::function<void()> on_drained = nullptr)
      : limit_(limit), on_drained_(std::move(on_drained)) {}
  ~MemoryBudget();
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // `bytes` of the budget, or nothing when that would pass the limit or leave less than `keep_free`.
  [[nodiscard]] std::optional<Reservation> TryReserve(uint64_t bytes, uint64_t keep_free = 0);

  // Whether TryReserve() would find room at this moment.
  bool HasRoom(uint64_t bytes, uint64_t keep_free = 0) const;

  // What a request of `bytes` has to leave free: nothing if it is small, else an eighth of the
  // budget, so that small requests get in beside large ones.
  uint64_t KeptFreeBy(uint64_t bytes) const { return bytes > kSmallRequest ? limit_ / 8 : 0; }

  // `bytes`, past the limit if need be.
  [[nodiscard]] Reservation Reserve(uint64_t bytes);

  uint64_t limit() const { return limit_; }
  uint64_t used() const { return used_; }

 private:
  friend class Reservation;
  bool Fits(uint64_t used, uint64_t bytes, uint64_t keep_free) const;
  bool TryTake(uint64_t bytes, uint64_t keep_free);
  void Taken(uint64_t used);
  void GiveBack(uint64_t bytes);

  const uint64_t limit_;
  const std::function<void()> on_drained_;
  std::atomic<uint64_t> used_{0};
  std::atomic<bool> in_burst_{false};
};

}  // namespace spanhold
