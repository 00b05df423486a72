#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "src/core/bytes.h"

namespace spanhold {

// Bytes in pieces, one after another, each kept alive by its owner. A large request is sent in this
// form, because one piece would be a copy of what is in memory already.
//
// Threading: thread-compatible. Moving leaves the source empty; the addresses of the pieces stay.
class Rope {
 public:
  struct Piece {
    std::string_view bytes;
    std::shared_ptr<const void> owner;  // has the reservation
  };

  Rope() = default;
  explicit Rope(Bytes whole);
  Rope(Rope&& other) noexcept
      : pieces_(std::move(other.pieces_)), size_(std::exchange(other.size_, 0)) {}
  Rope& operator=(Rope&& other) noexcept;
  Rope(const Rope&) = delete;
  Rope& operator=(const Rope&) = delete;
  ~Rope() = default;

  // An empty piece is left out.
  void Append(std::string_view bytes, std::shared_ptr<const void> owner);
  void Append(Bytes bytes);

  const std::vector<Piece>& pieces() const { return pieces_; }
  size_t size() const { return size_; }

 private:
  std::vector<Piece> pieces_;
  size_t size_ = 0;
};

}  // namespace spanhold
