#include "src/config/duration.h"

#include <chrono>

#include "tests/support/status_is.h"

namespace spanhold::config {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(DurationTest, ReadsWhatGoReads) {
  const struct {
    std::string_view text;
    Duration duration;
  } cases[] = {
      {"5s", seconds(5)},
      {"0", seconds(0)},
      {"0s", seconds(0)},
      {"+5s", seconds(5)},
      {"300ms", milliseconds(300)},
      {"1.5h", minutes(90)},
      {".5s", milliseconds(500)},
      {"5.s", seconds(5)},
      {"2m30s", seconds(150)},
      {"1h15m30.918273645s", hours(1) + minutes(15) + nanoseconds(30'918'273'645)},
      {"10us", microseconds(10)},
      {"10\xC2\xB5s", microseconds(10)},
      {"10\xCE\xBCs", microseconds(10)},
      {"7ns", nanoseconds(7)},
      {"0.3333333333333333333h", minutes(20)},
      {"9223372036854775807ns", Duration::max()},
      {"2562047h47m16.854775807s", Duration::max()},
      {"0.000000000000000000000000000000000001s", seconds(0)},
  };

  for (const auto& c : cases) {
    const StatusOr<Duration> duration = ParseDuration(c.text);

    ASSERT_THAT(duration, IsOk()) << c.text;
    EXPECT_EQ(*duration, c.duration) << c.text;
  }
}

TEST(DurationTest, RefusesAnythingElse) {
  for (const std::string_view text :
       {"", "five", "s", "5", "5x", "-5s", "5s5", ".s", "5 s", " 5s", "5s ", "1..5s", "5S", "+",
        "9223372036854775808ns", "2562047h47m16.854775808s", "99999999999999999999999h",
        "9000000000000000000ns1000000000000000000ns"}) {
    EXPECT_THAT(ParseDuration(text),
                StatusIs(absl::StatusCode::kInvalidArgument, testing::HasSubstr("want a duration")))
        << text;
  }
}

TEST(DurationTest, SaysWhatItWants) {
  EXPECT_EQ(MessageOf(ParseDuration("five").status()), "want a duration like \"5s\", got \"five\"");
  EXPECT_EQ(MessageOf(ParseDuration("30").status()), "want a duration like \"30s\", got \"30\"");
}

TEST(DurationTest, WritesTheShortestForm) {
  const struct {
    Duration duration;
    std::string_view text;
  } cases[] = {
      {seconds(0), "0s"},
      {nanoseconds(7), "7ns"},
      {microseconds(10), "10us"},
      {milliseconds(200), "200ms"},
      {seconds(5), "5s"},
      {milliseconds(1500), "1.5s"},
      {minutes(5), "5m"},
      {seconds(90), "1m30s"},
      {hours(1), "1h"},
      {minutes(90), "1h30m"},
      {hours(1) + seconds(1), "1h1s"},
      {nanoseconds(1'000'000'001), "1.000000001s"},
  };

  for (const auto& c : cases) {
    EXPECT_EQ(FormatDuration(c.duration), c.text);
    EXPECT_EQ(ParseDuration(c.text).value(), c.duration);
  }
}

}  // namespace
}  // namespace spanhold::config
