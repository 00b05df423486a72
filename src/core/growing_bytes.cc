#include "src/core/growing_bytes.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace spanhold {

GrowingBytes::GrowingBytes(Reservation reservation, MemoryBudget& budget)
    : budget_(budget),
      memory_(Bytes::Allocate(std::move(reservation))),
      end_(memory_.data()),
      limit_(end_ + memory_.size()) {}

void GrowingBytes::Grow(size_t size) {
  const std::string_view written = view();
  Bytes larger = Bytes::Allocate(budget_.Reserve(2 * (written.size() + size)));
  end_ = std::copy(written.begin(), written.end(), larger.data());
  memory_ = std::move(larger);
  limit_ = memory_.data() + memory_.size();
}

Bytes GrowingBytes::Take() && {
  const size_t written = size();
  const auto memory = std::make_shared<const Bytes>(std::move(memory_));
  return Bytes::Adopt(memory->view().substr(0, written), memory, Reservation());
}

}  // namespace spanhold
