#include "src/config/quote.h"

#include <gtest/gtest.h>

namespace spanhold::config {
namespace {

TEST(QuoteTest, EscapesWhatWouldBreakTheLine) {
  EXPECT_EQ(Quote("five"), R"("five")");
  EXPECT_EQ(Quote("a\"b\\c\nd\x01"), R"("a\"b\\c\nd\x01")");
}

TEST(QuoteTest, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(Quote(std::string(100, 'x')), '"' + std::string(80, 'x') + "...\"");
  EXPECT_EQ(Quote(std::string(79, 'x') + "\xC3\xA9"), '"' + std::string(79, 'x') + "...\"");
}

TEST(QuoteTest, QuoteWholeCutsNothing) {
  EXPECT_EQ(QuoteWhole(std::string(100, 'x')), '"' + std::string(100, 'x') + '"');
}

}  // namespace
}  // namespace spanhold::config
