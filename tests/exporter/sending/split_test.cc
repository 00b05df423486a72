#include "src/exporter/sending/split.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/make_batch.h"

namespace spanhold::sending {
namespace {

using ::testing::ElementsAre;

// Spans of about so many bytes each.
otlp::TraceBatch BatchOf(const std::vector<size_t>& sizes) {
  std::vector<SpanSpec> spans;
  for (const size_t size : sizes) {
    spans.emplace_back().name = std::string(size, 'x');
  }
  return otlp::TraceBatch::Whole(MakeChunk(spans), nullptr);
}

std::vector<size_t> SpansOf(const std::vector<otlp::TraceBatch>& pieces) {
  std::vector<size_t> counts;
  for (const otlp::TraceBatch& piece : pieces) {
    counts.push_back(piece.span_count());
  }
  return counts;
}

TEST(SplitTest, LeavesASmallBatchWhole) {
  EXPECT_THAT(SpansOf(SplitBySize(BatchOf({1000, 1000, 1000}), 4000)), ElementsAre(3));
}

TEST(SplitTest, KeepsEveryPieceUnderTheSize) {
  otlp::TraceBatch batch = BatchOf({1000, 1000, 1000, 1000, 1000});

  EXPECT_THAT(SpansOf(SplitBySize(std::move(batch), 2200)), ElementsAre(2, 2, 1));
}

TEST(SplitTest, ALargerSpanGoesAlone) {
  otlp::TraceBatch batch = BatchOf({1000, 5000, 1000, 1000});

  EXPECT_THAT(SpansOf(SplitBySize(std::move(batch), 2200)), ElementsAre(1, 1, 2));
}

TEST(SplitTest, AnEmptyBatchIsOnePiece) {
  EXPECT_THAT(SpansOf(SplitBySize(otlp::TraceBatch())), ElementsAre(0));
}

}  // namespace
}  // namespace spanhold::sending
