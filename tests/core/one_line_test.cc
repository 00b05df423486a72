#include "src/core/one_line.h"

#include <string>

#include <gtest/gtest.h>

namespace spanhold {
namespace {

TEST(OneLineTest, LeavesAPlainMessageAsItIs) {
  EXPECT_EQ(OneLine("quota of tenant \"a\" is used up: \xc3\xa9"),
            "quota of tenant \"a\" is used up: \xc3\xa9");
}

TEST(OneLineTest, ReplacesWhatBreaksALineOrATerminal) {
  EXPECT_EQ(OneLine("one\r\ntwo\x1b[31m\x7f"), "one  two [31m ");
}

TEST(OneLineTest, KeepsTheFirst512Bytes) {
  EXPECT_EQ(OneLine(std::string(600, 'a')), std::string(512, 'a'));
}

}  // namespace
}  // namespace spanhold
