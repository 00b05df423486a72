#include "src/core/rope.h"

namespace spanhold {

Rope::Rope(Bytes whole) {
  Append(std::move(whole));
}

Rope& Rope::operator=(Rope&& other) noexcept {
  pieces_ = std::move(other.pieces_);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

void Rope::Append(std::string_view bytes, std::shared_ptr<const void> owner) {
  if (!bytes.empty()) {
    pieces_.push_back({bytes, std::move(owner)});
    size_ += bytes.size();
  }
}

void Rope::Append(Bytes bytes) {
  auto owner = std::make_shared<const Bytes>(std::move(bytes));
  const std::string_view view = owner->view();
  Append(view, std::move(owner));
}

}  // namespace spanhold
