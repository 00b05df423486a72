#include "src/net/body_buffer.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_is.h"

namespace spanhold::net {
namespace {

using testing::HasSubstr;

constexpr uint64_t kLimit = 4 << 20;

TEST(BodyBufferTest, KeepsWhatIsAppendedInOneReservedBuffer) {
  MemoryBudget budget(16 << 20);
  BodyBuffer body(kLimit, budget);
  std::string all;
  for (int i = 0; i < 3000; ++i) {
    const std::string piece(1000, static_cast<char>('a' + i % 26));
    all += piece;
    ASSERT_THAT(body.Append(piece, 0), IsOk());
  }

  const Bytes bytes = body.Take();

  EXPECT_EQ(bytes.view(), all);
  EXPECT_GE(budget.used(), all.size());
  EXPECT_LE(budget.used(), all.size() * 5 / 4);
}

TEST(BodyBufferTest, ASmallBodyHoldsLittle) {
  MemoryBudget budget(16 << 20);
  BodyBuffer body(kLimit, budget);
  ASSERT_THAT(body.Append("twelve bytes", 0), IsOk());

  const Bytes bytes = body.Take();

  EXPECT_EQ(bytes.view(), "twelve bytes");
  EXPECT_EQ(budget.used(), 12U);
}

TEST(BodyBufferTest, AnAnnouncedBodyIsReadInPlaceWithoutSlack) {
  MemoryBudget budget(16 << 20);
  BodyBuffer body(kLimit, budget);

  ASSERT_THAT(body.Grow(100'000), IsOk());
  EXPECT_EQ(body.free_size(), 100'000U);
  std::fill_n(body.free_space(), 100'000, 'x');
  body.Commit(100'000);

  EXPECT_EQ(body.Take().view(), std::string(100'000, 'x'));
}

TEST(BodyBufferTest, AnAnnouncementAloneHoldsLittleOfTheBudget) {
  MemoryBudget budget(16 << 20);
  BodyBuffer body(kLimit, budget);

  ASSERT_THAT(body.Grow(kLimit), IsOk());

  EXPECT_LE(budget.used(), 1U << 20U);
}

TEST(BodyBufferTest, IsRefusedBeforeItComesWithoutRoomForAllThatIsAnnounced) {
  MemoryBudget budget(16 << 20);
  BodyBuffer body(kLimit, budget);
  // Less an eighth, which is kept for small ones.
  const Reservation others = budget.Reserve((16 << 20) - (2 << 20) - kLimit + 1);

  EXPECT_THAT(body.Grow(kLimit), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no memory")));
  EXPECT_EQ(budget.used(), others.size());
}

TEST(BodyBufferTest, ASmallOneFindsRoomBesideLargeOnes) {
  MemoryBudget budget(16 << 20);
  const Reservation large = budget.Reserve(14 << 20);
  BodyBuffer announced(kLimit, budget);
  BodyBuffer unknown(kLimit, budget);

  EXPECT_THAT(announced.Grow(kSmallRequest), IsOk());
  EXPECT_THAT(unknown.Append("small", 0), IsOk());
}

TEST(BodyBufferTest, RefusesForNowWhenTheBudgetIsUsedUpMeanwhile) {
  MemoryBudget budget(16 << 20);
  BodyBuffer body(kLimit, budget);
  ASSERT_THAT(body.Grow(kLimit), IsOk());
  body.Commit(body.free_size());
  const Reservation others = budget.Reserve(14 << 20);

  EXPECT_THAT(body.Grow(kLimit), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no memory")));
}

TEST(BodyBufferTest, GrowsToExactlyWhatWasAnnounced) {
  MemoryBudget budget(16 << 20);
  BodyBuffer body(kLimit, budget);
  const uint64_t announced = 3'000'000;
  uint64_t filled = 0;
  while (filled < announced) {
    ASSERT_THAT(body.Grow(announced), IsOk());
    filled += body.free_size();
    body.Commit(body.free_size());
  }

  EXPECT_EQ(filled, announced);
  EXPECT_EQ(body.Take().size(), announced);
}

TEST(BodyBufferTest, RefusesWhatIsLargerThanTheLimitForGood) {
  MemoryBudget budget(16 << 20);
  BodyBuffer announced(kLimit, budget);
  BodyBuffer unknown(kLimit, budget);
  EXPECT_THAT(announced.Grow(kLimit + 1), StatusIs(absl::StatusCode::kResourceExhausted,
                                                   HasSubstr("larger than 4194304 bytes")));
  ASSERT_THAT(unknown.Append(std::string(kLimit, 'x'), 0), IsOk());

  const Status status = unknown.Append("x", 0);

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, testing::_));
  EXPECT_EQ(RetryAfter(status), std::nullopt);
}

TEST(BodyBufferTest, RefusesForNowWhenTheBudgetIsUsedUp) {
  MemoryBudget budget(100'000);
  BodyBuffer body(kLimit, budget);

  const Status status = body.Append(std::string(200'000, 'x'), 0);

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no memory left")));
}

}  // namespace
}  // namespace spanhold::net
