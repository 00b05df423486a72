#include "src/otlp/rpc_messages.h"

#include <string>

#include <google/protobuf/wrappers.pb.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

namespace spanhold::otlp {
namespace {

using opentelemetry::proto::collector::trace::v1::ExportTraceServiceResponse;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string RetryInfo(int64_t whole_seconds, int32_t nanos) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(whole_seconds);
  info.mutable_retry_delay()->set_nanos(nanos);
  return info.SerializeAsString();
}

TEST(RpcMessagesTest, ReadsAPartialSuccess) {
  ExportTraceServiceResponse response;
  response.mutable_partial_success()->set_rejected_spans(300);
  response.mutable_partial_success()->set_error_message("bad \u00e4");

  const auto read = ReadExportResponse(response.SerializeAsString());

  ASSERT_TRUE(read);
  EXPECT_EQ(read->rejected_spans, 300);
  EXPECT_EQ(read->error_message, "bad \u00e4");
}

TEST(RpcMessagesTest, ReadsANegativeCount) {
  ExportTraceServiceResponse response;
  response.mutable_partial_success()->set_rejected_spans(-1);

  const auto read = ReadExportResponse(response.SerializeAsString());

  ASSERT_TRUE(read);
  EXPECT_EQ(read->rejected_spans, -1);
}

TEST(RpcMessagesTest, TakesNoBytesForASuccess) {
  const auto read = ReadExportResponse("");

  ASSERT_TRUE(read);
  EXPECT_EQ(read->rejected_spans, 0);
  EXPECT_EQ(read->error_message, "");
}

TEST(RpcMessagesTest, SkipsWhatItDoesNotKnow) {
  // Fields 9 of each wire type beside a partial success of 5 spans.
  const std::string unknown(
      "\x4a\x01x\x48\x07\x4d\x01\x02\x03\x04\x49\x01\x02\x03\x04\x05\x06\x07\x08", 19);

  const auto read = ReadExportResponse(unknown + "\x0a\x02\x08\x05" + unknown);

  ASSERT_TRUE(read);
  EXPECT_EQ(read->rejected_spans, 5);
}

TEST(RpcMessagesTest, GivesNothingForWhatIsNoMessage) {
  for (const std::string wire : {"\xff", "\x0a\x05x", "\x08"}) {
    EXPECT_FALSE(ReadExportResponse(wire)) << wire;
    EXPECT_FALSE(ReadRpcStatus(wire)) << wire;
    EXPECT_FALSE(ReadRetryInfo(wire)) << wire;
  }
  EXPECT_FALSE(ReadExportResponse("\x0a\x02\x12\x09"));  // in the message inside
  EXPECT_FALSE(ReadRpcStatus("\x1a\x02\x12\x09"));
  EXPECT_FALSE(ReadRetryInfo("\x0a\x02\x12\x09"));
  EXPECT_FALSE(ReadHealthCheckRequest("\x0a\x05x"));
}

TEST(RpcMessagesTest, GivesNothingForATextThatIsNotUtf8) {
  EXPECT_FALSE(ReadExportResponse("\x0a\x03\x12\x01\xff"));
  EXPECT_FALSE(ReadRpcStatus("\x12\x01\xff"));
  EXPECT_FALSE(ReadHealthCheckRequest("\x0a\x01\xff"));
}

TEST(RpcMessagesTest, ReadsAPartialSuccessInJson) {
  for (const char* const json :
       {R"({"partialSuccess":{"rejectedSpans":"7","errorMessage":"b\u00e4d","new":[1]}})",
        R"({"new":null, "partial_success":{"rejected_spans":7,"error_message":"b\u00e4d"}} )"}) {
    const auto read = ReadExportResponseJson(json);

    ASSERT_TRUE(read) << json;
    EXPECT_EQ(read->rejected_spans, 7) << json;
    EXPECT_EQ(read->error_message, "b\u00e4d") << json;
  }
}

TEST(RpcMessagesTest, GivesNothingForWhatIsNoJsonObject) {
  for (const char* const json : {"", "{", "[]", "1", R"({"message":"a")", R"({"message":"a"}})"}) {
    EXPECT_FALSE(ReadExportResponseJson(json)) << json;
    EXPECT_FALSE(ReadRpcStatusJson(json)) << json;
  }
}

TEST(RpcMessagesTest, TakesAJsonValueOfAnotherTypeForNone) {
  const auto read =
      ReadExportResponseJson(R"({"partialSuccess":{"rejectedSpans":"x","errorMessage":1}})");

  ASSERT_TRUE(read);
  EXPECT_EQ(read->rejected_spans, 0);
  EXPECT_EQ(read->error_message, "");
}

TEST(RpcMessagesTest, ReadsTheMessageOfAStatus) {
  google::rpc::Status status;
  status.set_code(-1);
  status.set_message("nope");

  const auto wire = ReadRpcStatus(status.SerializeAsString());
  const auto json = ReadRpcStatusJson(R"({"code":3,"message":"nope","details":[{"@type":"x"}]})");

  ASSERT_TRUE(wire && json);
  EXPECT_EQ(wire->message, "nope");
  EXPECT_EQ(wire->retry_delay, std::nullopt);
  EXPECT_EQ(json->message, "nope");
}

TEST(RpcMessagesTest, FindsTheDelayAmongTheDetailsOfAStatus) {
  google::rpc::Status status;
  status.add_details()->PackFrom(google::rpc::BadRequest());
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_nanos(2'000'000);
  status.add_details()->PackFrom(info, "example.com/any/prefix");

  const auto read = ReadRpcStatus(status.SerializeAsString());

  ASSERT_TRUE(read);
  EXPECT_EQ(read->retry_delay, milliseconds(2));
}

TEST(RpcMessagesTest, ClampsADelay) {
  EXPECT_EQ(ReadRetryInfo(RetryInfo(2, 500'000'000)), milliseconds(2500));
  EXPECT_EQ(ReadRetryInfo(RetryInfo(-5, 0)), seconds(0));
  EXPECT_EQ(ReadRetryInfo(RetryInfo(int64_t{1} << 62U, 0)), std::chrono::hours(24));
  EXPECT_EQ(ReadRetryInfo(RetryInfo(1, 2'000'000'000)), seconds(1) + Duration(999'999'999));
  EXPECT_EQ(ReadRetryInfo(RetryInfo(1, -1)), seconds(1));
}

TEST(RpcMessagesTest, TellsADelayOfNothingFromNone) {
  google::rpc::RetryInfo none;
  google::rpc::RetryInfo nothing;
  nothing.mutable_retry_delay();

  EXPECT_EQ(ReadRetryInfo(none.SerializeAsString()), std::nullopt);
  EXPECT_EQ(ReadRetryInfo(nothing.SerializeAsString()), seconds(0));
}

TEST(RpcMessagesTest, WritesWhatProtobufReads) {
  const std::string retry_info = WriteRetryInfo(milliseconds(2250));

  google::rpc::RetryInfo info;
  ASSERT_TRUE(info.ParseFromString(retry_info));
  EXPECT_EQ(info.retry_delay().seconds(), 2);
  EXPECT_EQ(info.retry_delay().nanos(), 250'000'000);
  google::rpc::Status status;
  ASSERT_TRUE(status.ParseFromString(WriteRpcStatus(14, "full", retry_info)));
  EXPECT_EQ(status.code(), 14);
  EXPECT_EQ(status.message(), "full");
  ASSERT_EQ(status.details_size(), 1);
  google::rpc::RetryInfo detail;
  ASSERT_TRUE(status.details(0).UnpackTo(&detail));
  EXPECT_EQ(detail.SerializeAsString(), retry_info);
}

TEST(RpcMessagesTest, ReadsTheServiceOfAHealthCheck) {
  // Its only field is a string with number 1, as in this message.
  google::protobuf::StringValue request;
  request.set_value("a.B");

  EXPECT_EQ(ReadHealthCheckRequest(request.SerializeAsString()), "a.B");
  EXPECT_EQ(ReadHealthCheckRequest(""), "");
}

}  // namespace
}  // namespace spanhold::otlp
