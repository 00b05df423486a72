#include "src/config/report.h"

#include "tests/support/status_is.h"

namespace spanhold::config {
namespace {

TEST(ReportTest, OrdersErrorsByFileAndLine) {
  Report report;
  report.Error({"b.yaml", 1, 1}, "x", "third");
  report.Error({"a.yaml", 10, 1}, "x.y", "second");
  report.Error({"a.yaml", 9, 4}, "", "first");

  EXPECT_THAT(report.Errors(), testing::ElementsAre("a.yaml:9: first", "a.yaml:10: x.y: second",
                                                    "b.yaml:1: x: third"));
  EXPECT_THAT(report.ToStatus(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a.yaml:9: first\na.yaml:10: x.y: second\nb.yaml:1: x: third"));
}

TEST(ReportTest, SaysTheSameThingOnce) {
  Report report;
  report.Error({"a.yaml", 9, 4}, "x", "wrong");
  report.Error({"a.yaml", 9, 4}, "x", "wrong");

  EXPECT_THAT(report.Errors(), testing::ElementsAre("a.yaml:9: x: wrong"));
}

TEST(ReportTest, CountsWhatIsTooMuchToList) {
  Report report;
  for (int i = 1; i <= 150; ++i) {
    report.Error({"a.yaml", i, 1}, "x", "wrong");
  }

  EXPECT_EQ(report.error_count(), 150);
  EXPECT_EQ(report.Errors().size(), Report::kMaxProblems + 1);
  EXPECT_EQ(report.Errors().back(), "and 50 more errors");
}

TEST(ReportTest, WarningsAreNoErrors) {
  Report report;
  report.Warn({"a.yaml"}, "x", "odd");

  EXPECT_TRUE(report.ok());
  EXPECT_THAT(report.ToStatus(), IsOk());
  EXPECT_THAT(report.Warnings(), testing::ElementsAre("a.yaml: x: odd"));
}

}  // namespace
}  // namespace spanhold::config
