#pragma once

#include <cstddef>

#include "src/core/bytes.h"
#include "src/core/memory_budget.h"
#include "src/core/rope.h"

namespace spanhold::compress {

// Where a large request is compressed to: blocks, each reserved (past the limit if need be) when the
// one before is full.
//
// Usage: write at end(), Wrote(), again and again; then Finish().
//
// Threading: thread-compatible. Ownership: the budget must outlive what comes out.
class Blocks {
 public:
  explicit Blocks(MemoryBudget& budget) : budget_(budget) {}

  // Where the next bytes go.
  char* end();
  // At least one, after end().
  size_t room() const { return block_.size() - used_; }
  void Wrote(size_t bytes) { used_ += bytes; }

  Rope Finish() &&;

 private:
  void EndBlock();

  MemoryBudget& budget_;
  Rope full_;
  Bytes block_;
  size_t used_ = 0;  // of block_
};

}  // namespace spanhold::compress
