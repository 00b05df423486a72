#include "src/compress/output.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include <absl/strings/str_cat.h>

namespace spanhold::compress {
namespace {

constexpr uint64_t kSmallest = 4096;

}  // namespace

Status Output::EnsureRoom(uint64_t wanted) {
  if (room() >= wanted) {
    return absl::OkStatus();
  }
  if (size_ > max_size_) {
    return TooLarge();
  }
  const uint64_t most_wanted = std::min(wanted, max_size_ + 1 - size_);
  const uint64_t step = std::max<uint64_t>({size_ + most_wanted, 2 * size_, kSmallest});
  return Reallocate(std::min(step, max_size_ + 1));
}

StatusOr<Bytes> Output::Finish() && {
  if (size_ > max_size_) {
    return TooLarge();
  }
  // Truncate() gives the rest back to the budget but not to the system: only a small rest.
  if (room() > kSmallest + size_ / 8) {
    SPANHOLD_RETURN_IF_ERROR(Reallocate(size_));
  }
  buffer_.Truncate(size_);
  return std::move(buffer_);
}

Status Output::TooLarge() const {
  return absl::ResourceExhaustedError(
      absl::StrCat("the decompressed request is larger than the limit of ", max_size_, " bytes"));
}

Status Output::NoMemory() {
  return absl::UnavailableError("no memory left to decompress the request");
}

Status Output::Reallocate(uint64_t capacity) {
  std::optional<Reservation> reservation = budget_.TryReserve(capacity);
  if (!reservation) {
    return NoMemory();
  }
  Bytes other = Bytes::Allocate(*std::move(reservation));
  if (size_ > 0) {
    std::memcpy(other.data(), buffer_.data(), size_);
  }
  buffer_ = std::move(other);
  return absl::OkStatus();
}

}  // namespace spanhold::compress
