#include "src/otlp/trace_batch.h"

#include <algorithm>
#include <utility>

namespace spanhold::otlp {
namespace {

// Spans of one range stand in order in the chunk, but headers of further scopes may lie between.
uint64_t EntryBytes(const Chunk& chunk, SpanRange range) {
  uint64_t bytes = 0;
  for (uint32_t index = range.first; index < range.last; ++index) {
    bytes += chunk.spans[index].message.end - chunk.spans[index].entry;
  }
  return bytes;
}

uint64_t EntryBytes(const BatchPart& part) {
  uint64_t bytes = 0;
  for (const SpanRange& range : part.ranges) {
    bytes += EntryBytes(*part.chunk, range);
  }
  return bytes;
}

// Moves the first `count` spans of `part`, which has more than that, into the result.
BatchPart SplitFront(BatchPart& part, uint32_t count) {
  BatchPart front{part.chunk, part.settlement, {}};
  size_t used = 0;
  while (count > 0) {
    SpanRange& range = part.ranges[used];
    const uint32_t taken = std::min(count, range.size());
    front.ranges.push_back({range.first, range.first + taken});
    range.first += taken;
    count -= taken;
    if (range.size() == 0) {
      ++used;
    }
  }
  part.ranges.erase(part.ranges.begin(), part.ranges.begin() + static_cast<ptrdiff_t>(used));
  return front;
}

}  // namespace

uint32_t BatchPart::span_count() const {
  uint32_t count = 0;
  for (const SpanRange& range : ranges) {
    count += range.size();
  }
  return count;
}

void BatchPart::Add(uint32_t index) {
  if (!ranges.empty() && ranges.back().last == index) {
    ++ranges.back().last;
  } else {
    ranges.push_back({index, index + 1});
  }
}

TraceBatch TraceBatch::Whole(ChunkPtr chunk, SettlementPtr settlement) {
  const auto count = static_cast<uint32_t>(chunk->spans.size());
  TraceBatch batch;
  batch.Append(BatchPart{std::move(chunk), std::move(settlement), {{0, count}}});
  return batch;
}

void TraceBatch::Append(BatchPart part) {
  const uint32_t count = part.span_count();
  if (count == 0) {
    return;
  }
  span_count_ += count;
  span_bytes_ += EntryBytes(part);
  parts_.push_back(std::move(part));
}

void TraceBatch::Append(TraceBatch other) {
  span_count_ += std::exchange(other.span_count_, 0);
  span_bytes_ += std::exchange(other.span_bytes_, 0);
  parts_.insert(parts_.end(), std::make_move_iterator(other.parts_.begin()),
                std::make_move_iterator(other.parts_.end()));
  other.parts_.clear();
}

TraceBatch TraceBatch::TakeFront(uint32_t count) {
  if (count >= span_count_) {
    return std::exchange(*this, TraceBatch());
  }
  TraceBatch front;
  size_t whole = 0;
  while (count > 0) {
    BatchPart& part = parts_[whole];
    const uint32_t available = part.span_count();
    if (available <= count) {
      count -= available;
      front.Append(std::move(part));
      ++whole;
    } else {
      front.Append(SplitFront(part, count));
      count = 0;
    }
  }
  parts_.erase(parts_.begin(), parts_.begin() + static_cast<ptrdiff_t>(whole));
  span_count_ -= front.span_count_;
  span_bytes_ -= front.span_bytes_;
  return front;
}

}  // namespace spanhold::otlp
