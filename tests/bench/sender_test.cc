#include "bench/load/sender.h"

#include <cstdio>
#include <deque>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace spanhold::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Answers each request after `takes`, as `script` says: it is called with the number of the request
// sent so far. Time passes only while the sender waits.
class ScriptedTransport final : public Transport {
 public:
  using Script = std::function<Answer(int)>;
  ScriptedTransport(ManualClock& clock, Duration takes, Script script)
      : clock_(clock), takes_(takes), script_(std::move(script)) {}

  void Send(size_t lane, std::string_view /*body*/) override {
    Answer answer = script_(sent_++);
    answer.lane = lane;
    open_.push_back({clock_.Now() + takes_, std::move(answer)});
  }

  std::optional<Answer> Next(TimePoint deadline) override {
    if (open_.empty() || open_.front().first > deadline) {
      AdvanceTo(deadline);
      return std::nullopt;
    }
    AdvanceTo(open_.front().first);
    Answer answer = std::move(open_.front().second);
    open_.pop_front();
    return answer;
  }

  int sent() const { return sent_; }

 private:
  void AdvanceTo(TimePoint time) {
    if (time > clock_.Now()) {
      clock_.Advance(time - clock_.Now());
    }
  }

  ManualClock& clock_;
  const Duration takes_;
  const Script script_;
  std::deque<std::pair<TimePoint, Answer>> open_;
  int sent_ = 0;
};

Answer Ok() {
  return {};
}

Answer Busy() {
  Answer answer;
  answer.result.status = WithRetryAfter(absl::UnavailableError("busy"), seconds(1));
  return answer;
}

Answer Gone() {
  Answer answer;
  answer.result.status = absl::UnavailableError("connection refused");
  answer.answered = false;
  return answer;
}

class SenderTest : public testing::Test {
 protected:
  LoadReport Run(ScriptedTransport& transport) {
    plan_.per_request = 10;
    RequestSource source({Format::kProtobuf, compress::Encoding::kIdentity, 10}, plan_.lanes);
    AckedFile acked(acked_path_);
    return Sender(plan_, source, transport, acked, clock_, stop_).Run();
  }

  // How many spans the acknowledged ranges hold.
  uint64_t AckedInFile() const {
    uint64_t spans = 0;
    const std::vector<SpanRange> ranges = ReadAcked(acked_path_).value();
    for (const SpanRange& range : ranges) {
      spans += range.spans;
    }
    return spans;
  }

  ~SenderTest() override { std::remove(acked_path_.c_str()); }

  ManualClock clock_;
  std::atomic<bool> stop_{false};
  Plan plan_{.spans = {0, 100}, .lanes = 2};
  const std::string acked_path_ =
      testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name() + ".acked";
};

TEST_F(SenderTest, SendsAllAndWritesDownWhatWasAcknowledged) {
  ScriptedTransport transport(clock_, milliseconds(1), [](int) { return Ok(); });

  const LoadReport report = Run(transport);

  EXPECT_EQ(report.sent, 100U);
  EXPECT_EQ(report.acked, 100U);
  EXPECT_EQ(AckedInFile(), 100U);
}

TEST_F(SenderTest, SendsAgainAfterTheDelayThatTheTargetNames) {
  plan_.spans = {0, 10};
  ScriptedTransport transport(clock_, milliseconds(1),
                              [](int n) { return n == 0 ? Busy() : Ok(); });

  const LoadReport report = Run(transport);

  EXPECT_EQ(report.acked, 10U);
  EXPECT_EQ(report.retried_requests, 1U);
  EXPECT_EQ(report.uncertain, 0U);
  ASSERT_EQ(report.ack_ms.size(), 1U);
  EXPECT_FLOAT_EQ(report.ack_ms[0], 1002);
}

TEST_F(SenderTest, GivesUpAfterSoManyAttempts) {
  plan_.spans = {0, 10};
  plan_.attempts = 3;
  ScriptedTransport transport(clock_, milliseconds(1), [](int) { return Busy(); });

  const LoadReport report = Run(transport);

  EXPECT_EQ(transport.sent(), 3);
  EXPECT_EQ(report.refused, 10U);
  EXPECT_EQ(AckedInFile(), 0U);
}

TEST_F(SenderTest, ARequestWithoutAnAnswerHasFailed) {
  ScriptedTransport transport(clock_, milliseconds(1),
                              [](int n) { return n == 4 ? Gone() : Ok(); });

  const LoadReport report = Run(transport);

  EXPECT_EQ(report.failed, 10U);
  EXPECT_EQ(report.acked, 90U);
  EXPECT_EQ(AckedInFile(), 90U);
}

TEST_F(SenderTest, KeepsGoingWhileTheTargetIsAway) {
  plan_.keep_going = true;
  ScriptedTransport transport(clock_, milliseconds(1), [](int n) { return n < 6 ? Gone() : Ok(); });

  const LoadReport report = Run(transport);

  EXPECT_EQ(report.acked, 100U);
  EXPECT_EQ(report.uncertain, 60U);
}

TEST_F(SenderTest, StopsKeepingOnWhenTheDrainTimeIsOver) {
  plan_.keep_going = true;
  plan_.duration = seconds(1);
  plan_.drain = seconds(5);
  ScriptedTransport transport(clock_, milliseconds(1), [](int) { return Gone(); });

  const LoadReport report = Run(transport);

  EXPECT_EQ(report.acked, 0U);
  EXPECT_EQ(report.failed, report.sent);
  EXPECT_NEAR(report.seconds, 6, 0.2);
}

TEST_F(SenderTest, ASignalEndsItAlsoWhileRequestsWaitToBeSentAgain) {
  plan_.keep_going = true;
  ScriptedTransport transport(clock_, milliseconds(1), [this](int n) {
    stop_ = n == 1;
    return Busy();
  });
  const TimePoint start = clock_.Now();

  const LoadReport report = Run(transport);

  EXPECT_EQ(transport.sent(), 2);
  EXPECT_EQ(report.failed, 20U);
  EXPECT_LT(clock_.Now() - start, plan_.drain);
}

TEST_F(SenderTest, AtAFixedRateLatencyCountsFromWhenARequestWasMeantToBeSent) {
  plan_.spans = {0, 40};
  plan_.lanes = 1;
  plan_.spans_per_second = 1000;  // a request every 10 ms, and the target takes 30
  ScriptedTransport transport(clock_, milliseconds(30), [](int) { return Ok(); });

  const LoadReport report = Run(transport);

  ASSERT_EQ(report.ack_ms.size(), 4U);
  EXPECT_FLOAT_EQ(report.ack_ms[0], 30);
  EXPECT_FLOAT_EQ(report.ack_ms[3], 90);
}

TEST_F(SenderTest, ASignalEndsIt) {
  plan_.spans = {0, 1'000'000};
  ScriptedTransport transport(clock_, milliseconds(1), [this](int n) {
    stop_ = n == 4;
    return Ok();
  });

  const LoadReport report = Run(transport);

  EXPECT_EQ(report.sent, 50U);
  EXPECT_EQ(report.acked, 50U);
}

}  // namespace
}  // namespace spanhold::bench
