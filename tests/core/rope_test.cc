#include "src/core/rope.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace spanhold {
namespace {

TEST(RopeTest, KeepsPiecesInOrderAndLeavesEmptyOnesOut) {
  MemoryBudget budget(100);
  const auto shared = std::make_shared<const std::string>("shared");
  Rope rope(Bytes::Copy("own", budget));
  rope.Append(Bytes());
  rope.Append("", shared);
  rope.Append(*shared, shared);

  ASSERT_EQ(rope.pieces().size(), 2U);
  EXPECT_EQ(rope.pieces()[0].bytes, "own");
  EXPECT_EQ(rope.pieces()[1].bytes, "shared");
  EXPECT_EQ(rope.size(), 9U);
}

TEST(RopeTest, KeepsOwnersAliveUntilItIsGone) {
  MemoryBudget budget(100);
  auto shared = std::make_shared<const std::string>("shared");
  const std::weak_ptr<const std::string> watch = shared;
  {
    Rope rope(Bytes::Copy("own", budget));
    const std::string_view piece = *shared;
    rope.Append(piece, std::move(shared));
    EXPECT_FALSE(watch.expired());
    EXPECT_EQ(budget.used(), 3U);
  }
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(budget.used(), 0U);
}

TEST(RopeTest, IsEmptyAfterAMove) {
  MemoryBudget budget(100);
  Rope from(Bytes::Copy("own", budget));
  const Rope to = std::move(from);

  EXPECT_EQ(to.size(), 3U);
  EXPECT_EQ(from.size(), 0U);  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(from.pieces().empty());
}

}  // namespace
}  // namespace spanhold
