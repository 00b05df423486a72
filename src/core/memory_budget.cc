#include "src/core/memory_budget.h"

#include "src/core/check.h"

namespace spanhold {

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this != &other) {
    Release();
    budget_ = std::exchange(other.budget_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

bool Reservation::TryGrow(uint64_t bytes, uint64_t keep_free) {
  SPANHOLD_CHECK(budget_ != nullptr);
  if (!budget_->TryTake(bytes, keep_free)) {
    return false;
  }
  size_ += bytes;
  return true;
}

void Reservation::ShrinkTo(uint64_t bytes) {
  SPANHOLD_CHECK(bytes <= size_);
  if (budget_ != nullptr) {
    budget_->GiveBack(size_ - bytes);
  }
  size_ = bytes;
}

MemoryBudget::~MemoryBudget() {
  SPANHOLD_CHECK(used_ == 0);
}

bool MemoryBudget::Fits(uint64_t used, uint64_t bytes, uint64_t keep_free) const {
  return bytes <= limit_ && keep_free <= limit_ - bytes && used <= limit_ - bytes - keep_free;
}

bool MemoryBudget::HasRoom(uint64_t bytes, uint64_t keep_free) const {
  return Fits(used_, bytes, keep_free);
}

bool MemoryBudget::TryTake(uint64_t bytes, uint64_t keep_free) {
  uint64_t used = used_;
  do {
    if (!Fits(used, bytes, keep_free)) {
      return false;
    }
  } while (!used_.compare_exchange_weak(used, used + bytes));
  Taken(used + bytes);
  return true;
}

void MemoryBudget::Taken(uint64_t used) {
  if (used > limit_ / 8 && !in_burst_) {
    in_burst_ = true;
  }
}

void MemoryBudget::GiveBack(uint64_t bytes) {
  const uint64_t used = used_.fetch_sub(bytes) - bytes;
  if (used < limit_ / 64 && in_burst_ && in_burst_.exchange(false) && on_drained_) {
    on_drained_();
  }
}

std::optional<Reservation> MemoryBudget::TryReserve(uint64_t bytes, uint64_t keep_free) {
  if (!TryTake(bytes, keep_free)) {
    return std::nullopt;
  }
  return Reservation(*this, bytes);
}

Reservation MemoryBudget::Reserve(uint64_t bytes) {
  Taken(used_ += bytes);
  return {*this, bytes};
}

}  // namespace spanhold
