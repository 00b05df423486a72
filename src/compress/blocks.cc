#include "src/compress/blocks.h"

#include <utility>

namespace spanhold::compress {
namespace {

constexpr size_t kBlock = 256 << 10;

}  // namespace

char* Blocks::end() {
  if (room() == 0) {
    EndBlock();
    block_ = Bytes::Allocate(budget_.Reserve(kBlock));
  }
  return block_.data() + used_;
}

void Blocks::EndBlock() {
  block_.Truncate(used_);
  full_.Append(std::exchange(block_, Bytes()));
  used_ = 0;
}

Rope Blocks::Finish() && {
  block_ = Bytes::Copy(block_.view().substr(0, used_), budget_);
  EndBlock();
  return std::move(full_);
}

}  // namespace spanhold::compress
