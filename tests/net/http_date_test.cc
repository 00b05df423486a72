#include "src/net/http_date.h"

#include <gtest/gtest.h>

namespace spanhold::net {
namespace {

// The example of RFC 9110 section 5.6.7.
constexpr WallTime kExample{std::chrono::seconds(784111777)};

TEST(HttpDateTest, WritesTheFormThatTheRfcPrefers) {
  EXPECT_EQ(FormatHttpDate(kExample), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(HttpDateTest, ReadsWhatItWrites) {
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), kExample);
}

TEST(HttpDateTest, RefusesEverythingElse) {
  for (const char* text : {"", "120", "Sun, 06 Nov 1994", "1994-11-06T08:49:37Z",
                           "Sun, 06 Nov 1994 08:49:37 GMT and more"}) {
    EXPECT_EQ(ParseHttpDate(text), std::nullopt) << text;
  }
}

TEST(HttpDateCacheTest, FollowsTheSecond) {
  HttpDateCache cache;

  EXPECT_EQ(cache.At(kExample), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.At(kExample + std::chrono::milliseconds(999)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.At(kExample + std::chrono::seconds(1)), "Sun, 06 Nov 1994 08:49:38 GMT");
}

}  // namespace
}  // namespace spanhold::net
