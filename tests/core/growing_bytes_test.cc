#include "src/core/growing_bytes.h"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

namespace spanhold {
namespace {

TEST(GrowingBytesTest, HoldsWhatIsWrittenHoweverMuchThatIs) {
  MemoryBudget budget(1 << 20);
  GrowingBytes bytes(budget.Reserve(0), budget);
  std::string expected;

  for (size_t size = 0; size < 200; ++size) {
    const std::string text(size, static_cast<char>('a' + size % 26));
    std::memcpy(bytes.Append(size), text.data(), size);
    expected += text;
  }

  EXPECT_EQ(bytes.view(), expected);
  EXPECT_EQ(std::move(bytes).Take().view(), expected);
}

TEST(GrowingBytesTest, WhatIsWrittenEndsWhereTheWriterSays) {
  MemoryBudget budget(1 << 20);
  GrowingBytes bytes(budget.Reserve(2), budget);

  char* const room = bytes.Room(100);
  std::memcpy(room, "text", 4);
  EXPECT_EQ(bytes.view(), "");
  bytes.EndAt(room + 4);
  EXPECT_EQ(bytes.view(), "text");
  bytes.EndAt(bytes.data() + 2);

  EXPECT_EQ(bytes.view(), "te");
}

TEST(GrowingBytesTest, AllOfItIsChargedWhileItLives) {
  MemoryBudget budget(100);
  {
    GrowingBytes bytes(budget.Reserve(60), budget);
    EXPECT_EQ(budget.used(), 60U);

    std::memset(bytes.Append(200), 'x', 200);  // past the limit: what is inside must get on

    EXPECT_GE(budget.used(), 200U);
    const uint64_t used = budget.used();
    const Bytes taken = std::move(bytes).Take();
    EXPECT_EQ(taken.size(), 200U);
    EXPECT_EQ(budget.used(), used);
  }
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace spanhold
