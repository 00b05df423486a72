#include "src/net/body_buffer.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include <absl/strings/str_cat.h>

namespace spanhold::net {
namespace {

// Taken at once of what was announced: most requests of 512 spans fit in without a second step.
constexpr uint64_t kFirstStep = 1 << 20;

// The first step of a body of unknown size.
constexpr uint64_t kUnknownStep = 64 << 10;

}  // namespace

Status BodyBuffer::Grow(uint64_t expected) {
  if (free_size() > 0) {
    return absl::OkStatus();
  }
  if (size_ >= limit_ || expected > limit_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the request is larger than ", limit_, " bytes"));
  }
  const uint64_t first = expected == 0 ? kUnknownStep : std::min(expected, kFirstStep);
  const uint64_t ceiling = expected > size_ ? expected : limit_;
  const uint64_t target = std::min(std::max<uint64_t>(first, size_ * 2), ceiling);
  std::optional<Reservation> reservation = budget_.TryReserve(target);
  if (!reservation) {
    return absl::UnavailableError("no memory left for requests; try again");
  }
  Bytes grown = Bytes::Allocate(*std::move(reservation));
  if (size_ > 0) {
    std::memcpy(grown.data(), bytes_.view().data(), size_);
  }
  bytes_ = std::move(grown);
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
  // The request may live long: its buffer must not be much larger than what it has reserved.
  if (taken.size() - size > size / 4) {
    return Bytes::Copy(taken.view().substr(0, size), budget_);
  }
  taken.Truncate(size);
  return taken;
}

}  // namespace spanhold::net
