#include "src/otlp/trace_batch.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/make_batch.h"

namespace spanhold::otlp {
namespace {

std::vector<uint32_t> Indexes(const TraceBatch& batch) {
  std::vector<uint32_t> indexes;
  batch.ForEachSpan([&](const BatchPart&, uint32_t index) { indexes.push_back(index); });
  return indexes;
}

class TraceBatchTest : public testing::Test {
 protected:
  ~TraceBatchTest() override = default;

  BatchPart Part(std::initializer_list<uint32_t> indexes) {
    BatchPart part{chunk_, nullptr, {}};
    for (const uint32_t index : indexes) {
      part.Add(index);
    }
    return part;
  }

  ChunkPtr chunk_ = MakeChunk(NumberedSpans(10));
};

TEST_F(TraceBatchTest, JoinsNeighbouringIndexesIntoARange) {
  const BatchPart part = Part({1, 2, 3, 7});

  ASSERT_EQ(part.ranges.size(), 2U);
  EXPECT_EQ(part.ranges[0].first, 1U);
  EXPECT_EQ(part.ranges[0].last, 4U);
  EXPECT_EQ(part.span_count(), 4U);
}

TEST_F(TraceBatchTest, WholeSelectsEverySpan) {
  const TraceBatch batch = TraceBatch::Whole(chunk_, nullptr);

  EXPECT_EQ(batch.span_count(), 10U);
  EXPECT_EQ(Indexes(batch).size(), 10U);
}

TEST_F(TraceBatchTest, CountsTheBytesOfItsSpans) {
  TraceBatch batch;
  batch.Append(Part({2, 5}));

  EXPECT_EQ(batch.span_bytes(), chunk_->span_entry(2).size() + chunk_->span_entry(5).size());
}

TEST_F(TraceBatchTest, LeavesEmptyPartsOut) {
  TraceBatch batch;
  batch.Append(Part({}));

  EXPECT_TRUE(batch.parts().empty());
}

TEST_F(TraceBatchTest, TakeFrontSplitsInsideARange) {
  TraceBatch batch;
  batch.Append(Part({0, 1, 2, 5, 6}));
  batch.Append(Part({9}));
  const uint64_t bytes = batch.span_bytes();

  const TraceBatch front = batch.TakeFront(4);

  EXPECT_EQ(Indexes(front), (std::vector<uint32_t>{0, 1, 2, 5}));
  EXPECT_EQ(Indexes(batch), (std::vector<uint32_t>{6, 9}));
  EXPECT_EQ(front.span_count() + batch.span_count(), 6U);
  EXPECT_EQ(front.span_bytes() + batch.span_bytes(), bytes);
}

TEST_F(TraceBatchTest, TakeFrontOnAPartBoundaryLeavesTheNextPartWhole) {
  TraceBatch batch;
  batch.Append(Part({0, 1}));
  batch.Append(Part({4, 5}));

  const TraceBatch front = batch.TakeFront(2);

  EXPECT_EQ(Indexes(front), (std::vector<uint32_t>{0, 1}));
  EXPECT_EQ(Indexes(batch), (std::vector<uint32_t>{4, 5}));
}

TEST_F(TraceBatchTest, TakeFrontOfMoreThanThereIsTakesAll) {
  TraceBatch batch = TraceBatch::Whole(chunk_, nullptr);

  EXPECT_EQ(batch.TakeFront(99).span_count(), 10U);
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.span_bytes(), 0U);
}

TEST_F(TraceBatchTest, AppendingABatchKeepsTheOrder) {
  TraceBatch first;
  first.Append(Part({3}));
  TraceBatch second;
  second.Append(Part({1}));

  first.Append(std::move(second));

  EXPECT_EQ(Indexes(first), (std::vector<uint32_t>{3, 1}));
}

}  // namespace
}  // namespace spanhold::otlp
