#include "src/exporter/debug/describe.h"

#include <string>

#include <gtest/gtest.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include "src/core/check.h"
#include "src/otlp/decode.h"
#include "tests/support/make_batch.h"

namespace spanhold::debug {
namespace {

using OtlpRequest = opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest;
using OtlpSpan = opentelemetry::proto::trace::v1::Span;
using OtlpStatus = opentelemetry::proto::trace::v1::Status;

template <typename Message>
void AddAttribute(Message& message, const std::string& key, const std::string& value) {
  auto& attribute = *message.add_attributes();
  attribute.set_key(key);
  attribute.mutable_value()->set_string_value(value);
}

std::string Text(const OtlpRequest& request, Verbosity verbosity) {
  auto chunk = otlp::Decode(Bytes::Copy(request.SerializeAsString(), TestBudget()));
  SPANHOLD_CHECK(chunk.ok());
  return Describe(otlp::TraceBatch::Whole(*std::move(chunk), nullptr), verbosity);
}

// Two spans: one with every field set, one with none.
OtlpRequest FullRequest() {
  OtlpRequest request;
  auto& resource = *request.add_resource_spans();
  resource.set_schema_url("https://opentelemetry.io/schemas/1.25.0");
  AddAttribute(*resource.mutable_resource(), "service.name", "shop");
  resource.mutable_resource()->set_dropped_attributes_count(1);
  auto& scope = *resource.add_scope_spans();
  scope.set_schema_url("https://example.com/scope");
  scope.mutable_scope()->set_name("my.lib");
  scope.mutable_scope()->set_version("1.2");
  AddAttribute(*scope.mutable_scope(), "short_name", "ml");
  scope.mutable_scope()->set_dropped_attributes_count(2);
  auto& span = *scope.add_spans();
  span.set_trace_id("0123456789abcdef");
  span.set_span_id("01234567");
  span.set_parent_span_id("76543210");
  span.set_trace_state("a=1");
  span.set_flags(0x101);
  span.set_name("checkout");
  span.set_kind(OtlpSpan::SPAN_KIND_SERVER);
  span.set_start_time_unix_nano(1'699'678'143'509'369'393);
  span.set_end_time_unix_nano(1'699'678'143'510'869'393);
  AddAttribute(span, "http.route", "/pay\n");
  span.set_dropped_attributes_count(3);
  auto& event = *span.add_events();
  event.set_name("retry");
  event.set_time_unix_nano(1'699'678'143'510'000'000);
  AddAttribute(event, "attempt", "2");
  event.set_dropped_attributes_count(4);
  span.set_dropped_events_count(5);
  auto& link = *span.add_links();
  link.set_trace_id("fedcba9876543210");
  link.set_span_id("89abcdef");
  link.set_trace_state("b=2");
  link.set_flags(1);
  AddAttribute(link, "why", "batch");
  link.set_dropped_attributes_count(6);
  span.set_dropped_links_count(7);
  span.mutable_status()->set_code(OtlpStatus::STATUS_CODE_ERROR);
  span.mutable_status()->set_message("declined");
  scope.add_spans();
  return request;
}

TEST(DescribeTest, BasicIsOneLineWithCounts) {
  OtlpRequest request = FullRequest();
  AddAttribute(*request.add_resource_spans()->mutable_resource(), "service.name", "other");
  request.mutable_resource_spans(1)->add_scope_spans()->add_spans();

  EXPECT_EQ(Text(request, Verbosity::kBasic), "Traces  resource spans: 2, spans: 3\n");
}

TEST(DescribeTest, NormalIsALineForEachSpan) {
  EXPECT_EQ(Text(FullRequest(), Verbosity::kNormal),
            "Traces  resource spans: 1, spans: 2\n"
            "ResourceSpans #0 [https://opentelemetry.io/schemas/1.25.0] service.name=shop\n"
            "ScopeSpans #0 my.lib@1.2 [https://example.com/scope] short_name=ml\n"
            "checkout 30313233343536373839616263646566 3031323334353637 Server 1.5ms Error "
            "http.route=/pay\\n\n"
            "   Unspecified 0\n");
}

TEST(DescribeTest, DetailedHasEveryField) {
  EXPECT_EQ(Text(FullRequest(), Verbosity::kDetailed),
            R"(Traces  resource spans: 1, spans: 2
ResourceSpans #0
Resource SchemaURL: https://opentelemetry.io/schemas/1.25.0
Resource attributes:
     -> service.name: Str(shop)
Resource dropped attributes: 1
ScopeSpans #0
ScopeSpans SchemaURL: https://example.com/scope
InstrumentationScope my.lib 1.2
InstrumentationScope attributes:
     -> short_name: Str(ml)
InstrumentationScope dropped attributes: 2
Span #0
    Trace ID       : 30313233343536373839616263646566
    Parent ID      : 3736353433323130
    ID             : 3031323334353637
    Name           : checkout
    Kind           : Server
    Trace state    : a=1
    Flags          : 0x00000101
    Start time     : 2023-11-11 04:49:03.509369393 UTC
    End time       : 2023-11-11 04:49:03.510869393 UTC
    Duration       : 1.5ms
    Status code    : Error
    Status message : declined
Attributes:
     -> http.route: Str(/pay\n)
Dropped attributes: 3
Event #0
     -> Name: retry
     -> Timestamp: 2023-11-11 04:49:03.510000000 UTC
     -> Attributes:
          -> attempt: Str(2)
     -> Dropped attributes: 4
Dropped events: 5
Link #0
     -> Trace ID: 66656463626139383736353433323130
     -> ID: 3839616263646566
     -> Trace state: b=2
     -> Flags: 0x00000001
     -> Attributes:
          -> why: Str(batch)
     -> Dropped attributes: 6
Dropped links: 7
Span #1
    Trace ID       : 
    Parent ID      : 
    ID             : 
    Name           : 
    Kind           : Unspecified
    Trace state    : 
    Flags          : 0x00000000
    Start time     : not set
    End time       : not set
    Duration       : 0
    Status code    : Unset
    Status message : 
)");
}

TEST(DescribeTest, ShowsKindsAndCodesWithoutAName) {
  OtlpRequest request;
  auto& span = *request.add_resource_spans()->add_scope_spans()->add_spans();
  span.set_kind(static_cast<OtlpSpan::SpanKind>(17));
  span.mutable_status()->set_code(static_cast<OtlpStatus::StatusCode>(18));
  span.set_start_time_unix_nano(UINT64_MAX);

  const std::string text = Text(request, Verbosity::kDetailed);

  EXPECT_NE(text.find("Kind           : unknown (17)"), std::string::npos) << text;
  EXPECT_NE(text.find("Status code    : unknown (18)"), std::string::npos) << text;
  EXPECT_NE(text.find("Start time     : 2554-07-21 23:34:33.709551615 UTC"), std::string::npos)
      << text;
  EXPECT_NE(text.find("Duration       : 0\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace spanhold::debug
