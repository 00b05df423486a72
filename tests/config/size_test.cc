#include "src/config/size.h"

#include "tests/support/status_is.h"

namespace spanhold::config {
namespace {

TEST(SizeTest, ReadsNumbersAndUnits) {
  const struct {
    std::string_view text;
    uint64_t bytes;
  } cases[] = {
      {"0", 0},
      {"20971520", 20971520},
      {"5B", 5},
      {"1KiB", 1024},
      {"64MiB", 64 << 20},
      {"64mib", 64 << 20},
      {"64 MiB", 64 << 20},
      {"2GiB", uint64_t{2} << 30},
      {"1TiB", uint64_t{1} << 40},
      {"10KB", 10'000},
      {"3MB", 3'000'000},
      {"4GB", 4'000'000'000},
      {"5TB", 5'000'000'000'000},
      {"18446744073709551615", UINT64_MAX},
  };

  for (const auto& c : cases) {
    const StatusOr<uint64_t> bytes = ParseSize(c.text);

    ASSERT_THAT(bytes, IsOk()) << c.text;
    EXPECT_EQ(*bytes, c.bytes) << c.text;
  }
}

TEST(SizeTest, RefusesAnythingElse) {
  for (const std::string_view text : {"", "MiB", "-1", "1.5MiB", "64M", "64MiBs", " 64", "64MiB ",
                                      "18446744073709551616", "16777216TiB"}) {
    EXPECT_EQ(MessageOf(ParseSize(text).status()),
              "want a size like \"64MiB\" or a number of bytes, got \"" + std::string(text) + "\"");
  }
}

TEST(SizeTest, WritesTheShortestForm) {
  const struct {
    uint64_t bytes;
    std::string_view text;
  } cases[] = {
      {0, "0"},         {1, "1"},       {1025, "1025"},    {1024, "1KiB"}, {64 << 20, "64MiB"},
      {10'000, "10KB"}, {1536, "1536"}, {3'000'000, "3MB"}};

  for (const auto& c : cases) {
    EXPECT_EQ(FormatSize(c.bytes), c.text);
    EXPECT_EQ(ParseSize(c.text).value(), c.bytes);
  }
}

}  // namespace
}  // namespace spanhold::config
