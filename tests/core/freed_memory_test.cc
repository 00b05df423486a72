#include "src/core/freed_memory.h"

#include <gtest/gtest.h>

namespace spanhold {
namespace {

TEST(FreedMemoryTest, GivesBackWhenAStepHasBeenFreed) {
  int times = 0;
  FreedMemory freed([&times] { ++times; });

  freed.Add(FreedMemory::kStep - 1);
  EXPECT_EQ(times, 0);
  freed.Add(1);
  EXPECT_EQ(times, 1);
  freed.Add(1);
  EXPECT_EQ(times, 1);
  freed.Add(3 * FreedMemory::kStep);
  EXPECT_EQ(times, 2);
}

}  // namespace
}  // namespace spanhold
