#include "src/receiver/otlp/other_signal.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/captured_log.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_is.h"

namespace spanhold::otlp_receiver {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class OtherSignalTest : public testing::Test {
 protected:
  uint64_t Counted(const std::string& signal) {
    return telemetry_
        .AddCounter("spanhold_receiver_unsupported_requests", "",
                    {{"receiver", "otlp"}, {"transport", "grpc"}, {"signal", signal}})
        .count();
  }

  ManualClock clock_;
  Telemetry telemetry_;
  Ledger ledger_{telemetry_, clock_};
  ReceiverAccount& account_ = ledger_.AddReceiver("otlp", "grpc");
  OtherSignal metrics_{"metrics", account_, telemetry_, clock_};
  OtherSignal logs_{"logs", account_, telemetry_, clock_};
};

TEST_F(OtherSignalTest, NamesTheSettingThatStopsTheSender) {
  EXPECT_THAT(metrics_.Refuse("10.0.0.1:1"),
              StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("OTEL_METRICS_EXPORTER=none")));
  EXPECT_THAT(logs_.Refuse("10.0.0.1:1"),
              StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("OTEL_LOGS_EXPORTER=none")));
}

TEST_F(OtherSignalTest, CountsEachRequestAndSaysItOnce) {
  CapturedLog log;
  for (int i = 0; i < 3; ++i) {
    metrics_.Refuse("10.0.0.1:1").IgnoreError();
  }
  const std::string lines = log.Take();

  EXPECT_EQ(Counted("metrics"), 3U);
  EXPECT_EQ(Counted("logs"), 0U);
  EXPECT_THAT(lines, AllOf(HasSubstr("10.0.0.1:1"), HasSubstr("OTEL_METRICS_EXPORTER=none")));
  EXPECT_EQ(lines.find("peer="), lines.rfind("peer="));
}

}  // namespace
}  // namespace spanhold::otlp_receiver
