#include "src/core/memory_budget.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "src/core/bytes.h"

namespace spanhold {
namespace {

TEST(MemoryBudgetTest, RefusesWhatWouldPassTheLimit) {
  MemoryBudget budget(100);

  auto first = budget.TryReserve(60);
  ASSERT_TRUE(first.has_value());

  EXPECT_FALSE(budget.TryReserve(41).has_value());
  EXPECT_TRUE(budget.TryReserve(40).has_value());
}

TEST(MemoryBudgetTest, RefusesSizesThatWouldOverflow) {
  MemoryBudget budget(100);
  auto held = budget.TryReserve(1);

  EXPECT_FALSE(budget.TryReserve(UINT64_MAX).has_value());
}

TEST(MemoryBudgetTest, TakesBytesBackWhenTheReservationGoes) {
  MemoryBudget budget(100);
  { auto held = budget.TryReserve(100); }

  EXPECT_EQ(budget.used(), 0U);
}

TEST(MemoryBudgetTest, MovesOnWhatIsInsidePastTheLimit) {
  MemoryBudget budget(10);

  const Reservation forced = budget.Reserve(25);

  EXPECT_EQ(budget.used(), 25U);
  EXPECT_FALSE(budget.TryReserve(1).has_value());
}

TEST(MemoryBudgetTest, LeavesFreeWhatItIsToldTo) {
  MemoryBudget budget(100);

  EXPECT_FALSE(budget.HasRoom(60, 41));
  EXPECT_FALSE(budget.TryReserve(60, 41).has_value());
  EXPECT_FALSE(budget.TryReserve(60, UINT64_MAX).has_value());
  EXPECT_TRUE(budget.HasRoom(60, 40));
  std::optional<Reservation> held = budget.TryReserve(50, 40);
  ASSERT_TRUE(held.has_value());

  EXPECT_FALSE(held->TryGrow(11, 40));
  EXPECT_TRUE(held->TryGrow(10, 40));
}

TEST(MemoryBudgetTest, SaysOnceThatABurstIsOver) {
  int drained = 0;
  MemoryBudget budget(6400, [&drained] { ++drained; });

  Reservation held = budget.Reserve(801);  // more than an eighth
  held.ShrinkTo(100);
  EXPECT_EQ(drained, 0);
  held.ShrinkTo(99);  // less than a 64th
  EXPECT_EQ(drained, 1);
  held.ShrinkTo(0);
  EXPECT_EQ(drained, 1);
  EXPECT_TRUE(held.TryGrow(801));
  held.Release();
  EXPECT_EQ(drained, 2);
}

TEST(MemoryBudgetTest, SaysNothingOfWhatIsNoBurst) {
  int drained = 0;
  MemoryBudget budget(6400, [&drained] { ++drained; });

  { const auto held = budget.TryReserve(800); }

  EXPECT_EQ(drained, 0);
}

TEST(MemoryBudgetTest, LargeRequestsLeaveAnEighthToSmallOnes) {
  const MemoryBudget budget(80 << 20);

  EXPECT_EQ(budget.KeptFreeBy(kSmallRequest), 0U);
  EXPECT_EQ(budget.KeptFreeBy(kSmallRequest + 1), 10U << 20U);
}

TEST(ReservationTest, GrowsWithinTheLimitAndShrinks) {
  MemoryBudget budget(100);
  auto held = budget.TryReserve(10);
  ASSERT_TRUE(held.has_value());

  EXPECT_TRUE(held->TryGrow(90));
  EXPECT_FALSE(held->TryGrow(1));
  held->ShrinkTo(20);

  EXPECT_EQ(budget.used(), 20U);
}

TEST(MemoryBudgetTest, KeepsTheLimitUnderConcurrentReservations) {
  MemoryBudget budget(1000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        auto held = budget.TryReserve(300);
        EXPECT_LE(budget.used(), 1000U);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }

  EXPECT_EQ(budget.used(), 0U);
}

TEST(BytesTest, GivesBackWhatIsTruncated) {
  MemoryBudget budget(100);
  Bytes bytes = Bytes::Copy("hello world", budget);

  bytes.Truncate(5);

  EXPECT_EQ(bytes.view(), "hello");
  EXPECT_EQ(budget.used(), 5U);
}

TEST(BytesTest, KeepsItsAddressWhenMoved) {
  MemoryBudget budget(100);
  Bytes from = Bytes::Copy("hello", budget);
  const char* address = from.view().data();

  const Bytes to = std::move(from);

  EXPECT_EQ(to.view().data(), address);
  EXPECT_EQ(budget.used(), 5U);
}

}  // namespace
}  // namespace spanhold
