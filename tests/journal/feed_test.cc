#include "src/journal/feed.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/queue/worker.h"
#include "tests/support/manual_clock.h"

namespace spanhold::journal {
namespace {

using testing::UnorderedElementsAre;

class GroupIntoFeedsTest : public testing::Test {
 protected:
  RequestSink* Add(const char* name) {
    return &workers_.emplace_back(ledger_.AddPipeline(name, {"a"}), IntakeLimits{}, clock_);
  }

  ManualClock clock_;
  Telemetry telemetry_;
  Ledger ledger_{telemetry_, clock_};
  std::deque<Worker> workers_;
  RequestSink* one_ = Add("one");
  RequestSink* two_ = Add("two");
  RequestSink* three_ = Add("three");
};

TEST_F(GroupIntoFeedsTest, PipelinesWithReceiversOfTheirOwnAreApart) {
  EXPECT_THAT(GroupIntoFeeds({{one_}, {two_}}),
              UnorderedElementsAre(UnorderedElementsAre(one_), UnorderedElementsAre(two_)));
}

TEST_F(GroupIntoFeedsTest, PipelinesThatShareAReceiverAreTogether) {
  EXPECT_THAT(GroupIntoFeeds({{one_, two_}, {three_}, {two_}}),
              UnorderedElementsAre(UnorderedElementsAre(one_, two_), UnorderedElementsAre(three_)));
}

TEST_F(GroupIntoFeedsTest, AReceiverThatFeedsTwoGroupsJoinsThem) {
  EXPECT_THAT(GroupIntoFeeds({{one_}, {two_}, {three_}, {one_, three_}}),
              UnorderedElementsAre(UnorderedElementsAre(one_, three_), UnorderedElementsAre(two_)));
}

}  // namespace
}  // namespace spanhold::journal
