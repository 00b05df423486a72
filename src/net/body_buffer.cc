#include "src/net/body_buffer.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include <absl/strings/str_cat.h>

namespace spanhold::net {
namespace {

// The first step of a body of unknown size.
constexpr uint64_t kUnknownStep = 64 << 10;

Status NoMemory() {
  return absl::UnavailableError("no memory left for requests; try again");
}

}  // namespace

Status BodyBuffer::Grow(uint64_t expected) {
  if (free_size() > 0) {
    return absl::OkStatus();
  }
  if (size_ >= limit_ || expected > limit_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the request is larger than ", limit_, " bytes"));
  }
  return expected > size_ ? GrowAnnounced(expected) : GrowUnknown();
}

// In place: the buffer is there as a whole from the beginning.
Status BodyBuffer::GrowAnnounced(uint64_t expected) {
  const uint64_t keep_free = budget_.KeptFreeBy(expected);
  if (room_ > 0) {
    const uint64_t more = std::min<uint64_t>(room_, expected - room_);
    if (!bytes_.TryGrowReservation(more, keep_free)) {
      return NoMemory();
    }
    room_ += more;
    return absl::OkStatus();
  }
  if (!budget_.HasRoom(expected, keep_free)) {
    return NoMemory();
  }
  std::optional<Reservation> first =
      budget_.TryReserve(std::min(expected, kSmallRequest), keep_free);
  if (!first) {
    return NoMemory();
  }
  room_ = first->size();
  bytes_ = Bytes::AllocateAhead(expected, *std::move(first));
  return absl::OkStatus();
}

Status BodyBuffer::GrowUnknown() {
  const uint64_t target = std::min(std::max<uint64_t>(kUnknownStep, size_ * 2), limit_);
  std::optional<Reservation> reservation = budget_.TryReserve(target, budget_.KeptFreeBy(target));
  if (!reservation) {
    return NoMemory();
  }
  Bytes grown = Bytes::Allocate(*std::move(reservation));
  if (size_ > 0) {
    std::memcpy(grown.data(), bytes_.view().data(), size_);
  }
  bytes_ = std::move(grown);
  room_ = target;
  return absl::OkStatus();
}

Status BodyBuffer::Append(std::string_view content, uint64_t expected) {
  while (!content.empty()) {
    SPANHOLD_RETURN_IF_ERROR(Grow(expected));
    const size_t part = std::min(content.size(), free_size());
    std::memcpy(free_space(), content.data(), part);
    Commit(part);
    content.remove_prefix(part);
  }
  return absl::OkStatus();
}

Bytes BodyBuffer::Take() {
  Bytes taken = std::exchange(bytes_, Bytes());
  const size_t size = std::exchange(size_, 0);
  room_ = 0;
  // The request may live long: its buffer must not be much larger than what it has reserved.
  if (taken.size() - size > size / 4) {
    return Bytes::Copy(taken.view().substr(0, size), budget_);
  }
  taken.Truncate(size);
  return taken;
}

}  // namespace spanhold::net
