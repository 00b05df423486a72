#include "src/core/bytes.h"

#include <cstring>
#include <utility>

#include "src/core/check.h"

namespace spanhold {

Bytes::Bytes(Bytes&& other) noexcept
    : storage_(std::move(other.storage_)),
      owner_(std::move(other.owner_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      reservation_(std::move(other.reservation_)) {}

Bytes& Bytes::operator=(Bytes&& other) noexcept {
  storage_ = std::move(other.storage_);
  owner_ = std::move(other.owner_);
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  reservation_ = std::move(other.reservation_);
  return *this;
}

Bytes Bytes::Allocate(Reservation reservation) {
  const size_t size = reservation.size();
  return AllocateAhead(size, std::move(reservation));
}

Bytes Bytes::AllocateAhead(size_t size, Reservation reservation) {
  Bytes bytes;
  bytes.size_ = size;
  // Not value-initialised: the caller overwrites all of it.
  bytes.storage_.reset(new char[bytes.size_]);
  bytes.data_ = bytes.storage_.get();
  bytes.reservation_ = std::move(reservation);
  return bytes;
}

Bytes Bytes::Copy(std::string_view content, MemoryBudget& budget) {
  Bytes bytes = Allocate(budget.Reserve(content.size()));
  if (!content.empty()) {
    std::memcpy(bytes.storage_.get(), content.data(), content.size());
  }
  return bytes;
}

Bytes Bytes::Adopt(std::string_view content, std::shared_ptr<const void> owner,
                   Reservation reservation) {
  Bytes bytes;
  bytes.owner_ = std::move(owner);
  bytes.data_ = content.data();
  bytes.size_ = content.size();
  bytes.reservation_ = std::move(reservation);
  return bytes;
}

bool Bytes::TryGrowReservation(uint64_t extra, uint64_t keep_free) {
  return reservation_.size() == 0 || reservation_.TryGrow(extra, keep_free);
}

void Bytes::Truncate(size_t size) {
  SPANHOLD_CHECK(size <= size_);
  size_ = size;
  if (reservation_.size() > size) {
    reservation_.ShrinkTo(size);
  }
}

}  // namespace spanhold
