#include "src/receiver/otlp/grpc_reply.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

namespace spanhold::otlp_receiver {
namespace {

TEST(GrpcReplyTest, KeepsCodeAndMessage) {
  const GrpcReply reply = ReplyFor(absl::InvalidArgumentError("spans[3]: bad"));

  EXPECT_EQ(reply.code, 3);
  EXPECT_EQ(reply.message, "spans[3]: bad");
}

TEST(GrpcReplyTest, HasNoTrailersWithoutADelay) {
  // RESOURCE_EXHAUSTED with a delay would be tried again.
  const GrpcReply reply = ReplyFor(absl::ResourceExhaustedError("too large"));

  EXPECT_EQ(reply.status_details, "");
  EXPECT_EQ(reply.retry_info, "");
}

TEST(GrpcReplyTest, NamesTheDelayInBothTrailers) {
  const GrpcReply reply =
      ReplyFor(WithRetryAfter(absl::UnavailableError("full"), std::chrono::milliseconds(2250)));

  google::rpc::RetryInfo info;
  ASSERT_TRUE(info.ParseFromString(reply.retry_info));
  EXPECT_EQ(info.retry_delay().seconds(), 2);
  EXPECT_EQ(info.retry_delay().nanos(), 250'000'000);
  google::rpc::Status status;
  ASSERT_TRUE(status.ParseFromString(reply.status_details));
  EXPECT_EQ(status.code(), 14);
  EXPECT_EQ(status.message(), "full");
  ASSERT_EQ(status.details_size(), 1);
  EXPECT_EQ(status.details(0).type_url(), "type.googleapis.com/google.rpc.RetryInfo");
  EXPECT_EQ(status.details(0).value(), reply.retry_info);
}

TEST(GrpcReplyTest, WritesTwoSecondsAsPythonReadsThem) {
  const GrpcReply reply =
      ReplyFor(WithRetryAfter(absl::UnavailableError(""), std::chrono::seconds(2)));

  EXPECT_EQ(reply.retry_info, "\x0a\x02\x08\x02");
}

}  // namespace
}  // namespace spanhold::otlp_receiver
