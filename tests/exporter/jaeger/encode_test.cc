#include "src/exporter/jaeger/encode.h"

#include <cmath>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/exporter/jaeger/split.h"
#include "tests/exporter/jaeger/decoded.h"
#include "tests/exporter/jaeger/request_builder.h"
#include "tests/support/status_is.h"

namespace spanhold::jaeger {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::SizeIs;

const std::string kTraceId("\x0a\x01\x02\x03\x04\x05\x06\x07\x88\x09\x0a\x0b\x0c\x0d\x0e\x0f", 16);
const std::string kOtherTraceId("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe",
                                16);
const std::string kSpanId("\x01\x02\x03\x04\x05\x06\x07\x08", 8);
const std::string kParentId("\xf1\x02\x03\x04\x05\x06\x07\x08", 8);
const std::string kLinkedId("\x80\x00\x00\x00\x00\x00\x00\x01", 8);
constexpr char kTraceHex[] = "0a0102030405060788090a0b0c0d0e0f";

// One way of writing a request, and of reading it.
struct Encoding {
  const char* name;
  StatusOr<Bytes> (*encode)(const otlp::TraceBatch&, MemoryBudget&);
  DecodedBatch (*decode)(std::string_view);
  std::string (*rewrite)(std::string_view);
  uint64_t nanos;  // that a time is a multiple of
};

class JaegerEncodeTest : public testing::TestWithParam<Encoding> {
 protected:
  JaegerEncodeTest() {
    resource_ = request_.add_resource_spans();
    Attribute(*resource_->mutable_resource(), "service.name").set_string_value("shop");
    span_ = AddSpan();
  }

  OtlpSpan* AddSpan() {
    OtlpSpan* span = Scope()->add_spans();
    span->set_trace_id(kTraceId);
    span->set_span_id(kSpanId);
    span->set_name("checkout");
    return span;
  }
  opentelemetry::proto::trace::v1::ScopeSpans* Scope() {
    return resource_->scope_spans_size() == 0 ? resource_->add_scope_spans()
                                              : resource_->mutable_scope_spans(0);
  }

  DecodedBatch EncodedBatch() {
    const StatusOr<Bytes> bytes = GetParam().encode(BatchOf(request_), TestBudget());
    EXPECT_THAT(bytes, IsOk());
    return GetParam().decode(bytes->view());
  }
  DecodedSpan EncodedSpan() { return EncodedBatch().spans.at(0); }

  OtlpRequest request_;
  opentelemetry::proto::trace::v1::ResourceSpans* resource_;
  OtlpSpan* span_;
};

INSTANTIATE_TEST_SUITE_P(
    , JaegerEncodeTest,
    testing::Values(Encoding{"Thrift", EncodeThrift, DecodeThrift, RewriteThrift, 1000},
                    Encoding{"Proto", EncodeProto, DecodeProto, RewriteProto, 1}),
    [](const auto& instance) { return instance.param.name; });

TEST_P(JaegerEncodeTest, TakesTheServiceNameOutOfTheProcessTags) {
  auto& resource = *resource_->mutable_resource();
  Attribute(resource, "host.name").set_string_value("web-1");
  Attribute(resource, "process.pid").set_int_value(42);

  const DecodedBatch batch = EncodedBatch();

  EXPECT_EQ(batch.service, "shop");
  EXPECT_THAT(batch.process_tags, ElementsAre("host.name=STRING:web-1", "process.pid=INT:42"));
}

TEST_P(JaegerEncodeTest, NamesAServiceWithoutANameAsTheSpecificationDoes) {
  auto& resource = *resource_->mutable_resource();
  resource.clear_attributes();
  Attribute(resource, "service.name").set_int_value(7);

  const DecodedBatch batch = EncodedBatch();

  EXPECT_EQ(batch.service, "unknown_service");
  EXPECT_THAT(batch.process_tags, ElementsAre("service.name=INT:7"));
}

TEST_P(JaegerEncodeTest, SaysHowManyResourceAttributesWereDropped) {
  resource_->mutable_resource()->set_dropped_attributes_count(3);

  EXPECT_THAT(EncodedBatch().process_tags, ElementsAre("otel.dropped_attributes_count=INT:3"));
}

TEST_P(JaegerEncodeTest, KeepsIdsAndName) {
  const DecodedSpan span = EncodedSpan();

  EXPECT_EQ(span.trace_id, kTraceHex);
  EXPECT_EQ(span.span_id, "0102030405060708");
  EXPECT_EQ(span.name, "checkout");
  EXPECT_THAT(span.references, IsEmpty());
  EXPECT_THAT(span.tags, IsEmpty());
  EXPECT_THAT(span.logs, IsEmpty());
}

TEST_P(JaegerEncodeTest, WritesAbsentIdsAsZeros) {
  span_->clear_trace_id();
  span_->clear_span_id();

  const DecodedSpan span = EncodedSpan();

  EXPECT_EQ(span.trace_id, std::string(32, '0'));
  EXPECT_EQ(span.span_id, std::string(16, '0'));
}

TEST_P(JaegerEncodeTest, KeepsTimesAsFineAsTheEncodingCan) {
  span_->set_start_time_unix_nano(1'700'000'000'123'456'789);
  span_->set_end_time_unix_nano(1'700'000'002'123'459'999);

  const DecodedSpan span = EncodedSpan();

  const uint64_t unit = GetParam().nanos;
  EXPECT_EQ(span.start_unix_nano, 1'700'000'000'123'456'789 / unit * unit);
  EXPECT_EQ(span.duration_nano, 2'000'003'210 / unit * unit);
}

TEST_P(JaegerEncodeTest, GivesASpanThatEndsBeforeItStartsNoDuration) {
  span_->set_start_time_unix_nano(2'000'000'000);
  span_->set_end_time_unix_nano(1'000'000'000);

  const DecodedSpan span = EncodedSpan();

  EXPECT_EQ(span.start_unix_nano, 2'000'000'000U);
  EXPECT_EQ(span.duration_nano, 0U);
}

TEST_P(JaegerEncodeTest, PutsTheParentFirstAmongTheReferences) {
  span_->set_parent_span_id(kParentId);
  auto& link = *span_->add_links();
  link.set_trace_id(kOtherTraceId);
  link.set_span_id(kLinkedId);

  EXPECT_THAT(EncodedSpan().references,
              ElementsAre(std::string("CHILD_OF ") + kTraceHex + " f102030405060708",
                          "FOLLOWS_FROM fffffffffffffffffffffffffffffffe 8000000000000001"));
}

TEST_P(JaegerEncodeTest, HonoursTheReferenceTypeOfALink) {
  for (const char* type : {"child_of", "follows_from", "else"}) {
    auto& link = *span_->add_links();
    link.set_trace_id(kOtherTraceId);
    link.set_span_id(kLinkedId);
    Attribute(link, "opentracing.ref_type").set_string_value(type);
  }

  EXPECT_THAT(EncodedSpan().references,
              ElementsAre("CHILD_OF fffffffffffffffffffffffffffffffe 8000000000000001",
                          "FOLLOWS_FROM fffffffffffffffffffffffffffffffe 8000000000000001",
                          "FOLLOWS_FROM fffffffffffffffffffffffffffffffe 8000000000000001"));
}

TEST_P(JaegerEncodeTest, DoesNotRepeatTheParentThatIsAlsoAChildOfLink) {
  span_->set_parent_span_id(kParentId);
  auto& link = *span_->add_links();
  link.set_trace_id(kTraceId);
  link.set_span_id(kParentId);
  Attribute(link, "opentracing.ref_type").set_string_value("child_of");

  EXPECT_THAT(EncodedSpan().references,
              ElementsAre(std::string("CHILD_OF ") + kTraceHex + " f102030405060708"));
}

TEST_P(JaegerEncodeTest, KeepsALinkThatFollowsFromTheParent) {
  span_->set_parent_span_id(kParentId);
  auto& link = *span_->add_links();
  link.set_trace_id(kTraceId);
  link.set_span_id(kParentId);

  EXPECT_THAT(EncodedSpan().references,
              ElementsAre(std::string("CHILD_OF ") + kTraceHex + " f102030405060708",
                          std::string("FOLLOWS_FROM ") + kTraceHex + " f102030405060708"));
}

TEST_P(JaegerEncodeTest, TakesAParentIdOfZerosForNone) {
  span_->set_parent_span_id(std::string(8, '\0'));

  EXPECT_THAT(EncodedSpan().references, IsEmpty());
}

TEST_P(JaegerEncodeTest, WritesEachKindAsATag) {
  const std::vector<std::pair<OtlpSpan::SpanKind, std::vector<std::string>>> cases = {
      {OtlpSpan::SPAN_KIND_UNSPECIFIED, {}},
      {OtlpSpan::SPAN_KIND_INTERNAL, {"span.kind=STRING:internal"}},
      {OtlpSpan::SPAN_KIND_SERVER, {"span.kind=STRING:server"}},
      {OtlpSpan::SPAN_KIND_CLIENT, {"span.kind=STRING:client"}},
      {OtlpSpan::SPAN_KIND_PRODUCER, {"span.kind=STRING:producer"}},
      {OtlpSpan::SPAN_KIND_CONSUMER, {"span.kind=STRING:consumer"}},
      {static_cast<OtlpSpan::SpanKind>(17), {}},
  };
  for (const auto& [kind, tags] : cases) {
    span_->set_kind(kind);
    EXPECT_EQ(EncodedSpan().tags, tags) << kind;
  }
}

TEST_P(JaegerEncodeTest, WritesTheStatusAsTags) {
  auto& status = *span_->mutable_status();
  EXPECT_THAT(EncodedSpan().tags, IsEmpty());

  status.set_code(OtlpStatus::STATUS_CODE_OK);
  EXPECT_THAT(EncodedSpan().tags, ElementsAre("otel.status_code=STRING:OK"));

  status.set_code(OtlpStatus::STATUS_CODE_ERROR);
  status.set_message("out of stock");
  EXPECT_THAT(EncodedSpan().tags, ElementsAre("otel.status_code=STRING:ERROR", "error=BOOL:true",
                                              "otel.status_description=STRING:out of stock"));
}

TEST_P(JaegerEncodeTest, WritesEveryTypeOfAttribute) {
  Attribute(*span_, "string").set_string_value("caf\xc3\xa9");
  Attribute(*span_, "true").set_bool_value(true);
  Attribute(*span_, "false").set_bool_value(false);
  Attribute(*span_, "int").set_int_value(-9'223'372'036'854'775'807 - 1);
  Attribute(*span_, "double").set_double_value(-2.5);
  Attribute(*span_, "infinite").set_double_value(INFINITY);
  Attribute(*span_, "bytes").set_bytes_value(std::string("\x00\xff", 2));
  Attribute(*span_, "empty");
  Attribute(*span_, "").set_int_value(1);
  auto& array = *Attribute(*span_, "array").mutable_array_value();
  array.add_values()->set_string_value("a\"b");
  array.add_values()->set_int_value(1);
  array.add_values()->set_bool_value(true);
  array.add_values()->set_double_value(1.5);
  array.add_values();
  array.add_values()->mutable_array_value();
  auto& pair = *Attribute(*span_, "map").mutable_kvlist_value()->add_values();
  pair.set_key("k");
  pair.mutable_value()->set_string_value("v");

  EXPECT_THAT(
      EncodedSpan().tags,
      ElementsAre("string=STRING:caf\xc3\xa9", "true=BOOL:true", "false=BOOL:false",
                  "int=INT:-9223372036854775808", "double=DOUBLE:-2.5", "infinite=DOUBLE:inf",
                  "bytes=BINARY:00ff", "empty=STRING:", "=INT:1",
                  R"(array=STRING:["a\"b",1,true,1.5,null,[]])", R"(map=STRING:{"k":"v"})"));
}

TEST_P(JaegerEncodeTest, WritesEventsAsLogs) {
  auto& event = *span_->add_events();
  event.set_time_unix_nano(5'000'000);
  event.set_name("retry");
  Attribute(event, "attempt").set_int_value(2);
  event.set_dropped_attributes_count(1);
  span_->add_events()->set_time_unix_nano(6'000'000);

  const DecodedSpan span = EncodedSpan();

  ASSERT_THAT(span.logs, SizeIs(2));
  EXPECT_EQ(span.logs[0].time_unix_nano, 5'000'000U);
  EXPECT_THAT(span.logs[0].fields, ElementsAre("event=STRING:retry", "attempt=INT:2",
                                               "otel.dropped_attributes_count=INT:1"));
  EXPECT_EQ(span.logs[1].time_unix_nano, 6'000'000U);
  EXPECT_THAT(span.logs[1].fields, IsEmpty());
}

TEST_P(JaegerEncodeTest, LetsAnAttributeNamedEventTakeThePlaceOfTheEventsName) {
  auto& event = *span_->add_events();
  event.set_name("exception");
  Attribute(event, "event").set_string_value("error");

  EXPECT_THAT(EncodedSpan().logs.at(0).fields, ElementsAre("event=STRING:error"));
}

TEST_P(JaegerEncodeTest, WritesScopeAndTraceStateAsTags) {
  Scope()->mutable_scope()->set_name("my.lib");
  Scope()->mutable_scope()->set_version("1.2");
  span_->set_trace_state("vendor=1,ot=th:8");

  EXPECT_THAT(EncodedSpan().tags,
              ElementsAre("otel.scope.name=STRING:my.lib", "otel.scope.version=STRING:1.2",
                          "w3c.tracestate=STRING:vendor=1,ot=th:8"));
}

TEST_P(JaegerEncodeTest, SaysWhatWasDroppedFromASpan) {
  span_->set_dropped_attributes_count(1);
  span_->set_dropped_events_count(2);
  span_->set_dropped_links_count(4'000'000'000);

  EXPECT_THAT(EncodedSpan().tags,
              ElementsAre("otel.dropped_attributes_count=INT:1", "otel.dropped_events_count=INT:2",
                          "otel.dropped_links_count=INT:4000000000"));
}

TEST_P(JaegerEncodeTest, OrdersTagsAsTheCollectorDoes) {
  Scope()->mutable_scope()->set_name("my.lib");
  Attribute(*span_, "http.route").set_string_value("/");
  span_->set_kind(OtlpSpan::SPAN_KIND_SERVER);
  span_->mutable_status()->set_code(OtlpStatus::STATUS_CODE_ERROR);
  span_->mutable_status()->set_message("bad");
  span_->set_trace_state("a=b");

  EXPECT_THAT(
      EncodedSpan().tags,
      ElementsAre("otel.scope.name=STRING:my.lib", "http.route=STRING:/", "span.kind=STRING:server",
                  "otel.status_code=STRING:ERROR", "error=BOOL:true",
                  "otel.status_description=STRING:bad", "w3c.tracestate=STRING:a=b"));
}

TEST_P(JaegerEncodeTest, KeepsTheSampledBitAlone) {
  span_->set_flags(0x301);
  EXPECT_EQ(EncodedSpan().flags, 1U);

  span_->set_flags(0x302);
  EXPECT_EQ(EncodedSpan().flags, 0U);
}

TEST_P(JaegerEncodeTest, KeepsNothingOfASpanInTheNextOne) {
  span_->set_parent_span_id(kParentId);
  Attribute(*span_, "list").mutable_array_value()->add_values()->set_int_value(1);
  span_->add_events()->set_name("e");
  span_->set_flags(1);
  AddSpan()->set_span_id(kLinkedId);

  const DecodedBatch batch = EncodedBatch();

  ASSERT_THAT(batch.spans, SizeIs(2));
  EXPECT_THAT(batch.spans[0].tags, ElementsAre("list=STRING:[1]"));
  EXPECT_EQ(batch.spans[1].span_id, "8000000000000001");
  EXPECT_THAT(batch.spans[1].tags, IsEmpty());
  EXPECT_THAT(batch.spans[1].references, IsEmpty());
  EXPECT_THAT(batch.spans[1].logs, IsEmpty());
  EXPECT_EQ(batch.spans[1].flags, 0U);
}

TEST_P(JaegerEncodeTest, WritesTheSpansOfAllScopesOfAResource) {
  for (int i = 0; i < 3; ++i) {
    auto& scope = *resource_->add_scope_spans();
    scope.mutable_scope()->set_name("scope-" + std::to_string(i));
    scope.add_spans()->set_name("span-" + std::to_string(i));
  }

  const DecodedBatch batch = EncodedBatch();

  ASSERT_THAT(batch.spans, SizeIs(4));
  EXPECT_EQ(batch.spans[3].name, "span-2");
  EXPECT_THAT(batch.spans[3].tags, ElementsAre("otel.scope.name=STRING:scope-2"));
}

TEST_P(JaegerEncodeTest, RefusesTheSpansOfTwoProcesses) {
  auto& other = *request_.add_resource_spans();
  Attribute(*other.mutable_resource(), "service.name").set_string_value("other");
  other.add_scope_spans()->add_spans();

  EXPECT_THAT(GetParam().encode(BatchOf(request_), TestBudget()),
              StatusIs(absl::StatusCode::kInternal, testing::_));
}

TEST_P(JaegerEncodeTest, RefusesABatchWithoutSpans) {
  EXPECT_THAT(GetParam().encode(otlp::TraceBatch(), TestBudget()),
              StatusIs(absl::StatusCode::kInternal, testing::_));
}

// Among them are requests that grow far beyond what the batch's size promises.
TEST_P(JaegerEncodeTest, PaysForTheRequestFromTheBudget) {
  span_->clear_name();
  for (int attributes = 0; attributes < 2000; attributes += 400) {
    for (int i = 0; i < attributes; ++i) {
      span_->add_attributes();
    }
    MemoryBudget budget(1 << 20);
    {
      const StatusOr<Bytes> bytes = GetParam().encode(BatchOf(request_), budget);
      ASSERT_THAT(bytes, IsOk());
      EXPECT_GE(budget.used(), bytes->size());
      EXPECT_THAT(GetParam().decode(bytes->view()).spans.at(0).tags,
                  SizeIs(span_->attributes_size()));
    }
    EXPECT_EQ(budget.used(), 0U);
  }
}

// What the library leaves out, because it has its default value, is nowhere in this one.
TEST_P(JaegerEncodeTest, WritesTheBytesThatTheLibraryWrites) {
  Attribute(*resource_->mutable_resource(), "host.name").set_string_value("web-1");
  span_->set_parent_span_id(kParentId);
  span_->set_start_time_unix_nano(1'700'000'000'123'456'789);
  span_->set_end_time_unix_nano(1'700'000'002'000'000'000);
  span_->set_flags(1);
  auto& link = *span_->add_links();
  link.set_trace_id(kOtherTraceId);
  link.set_span_id(kLinkedId);
  Attribute(*span_, "text").set_string_value(std::string(200, 'x'));
  Attribute(*span_, "empty").set_string_value("");
  Attribute(*span_, "bytes").set_bytes_value("\xff");
  Attribute(*span_, "true").set_bool_value(true);
  Attribute(*span_, "false").set_bool_value(false);
  Attribute(*span_, "int").set_int_value(-1);
  Attribute(*span_, "zero").set_int_value(0);
  Attribute(*span_, "double").set_double_value(2.5);
  Attribute(*span_, "no double").set_double_value(0);
  auto& event = *span_->add_events();
  event.set_time_unix_nano(1'700'000'001'000'000'001);
  event.set_name("retry");
  Attribute(event, "attempt").set_int_value(2);

  const StatusOr<Bytes> bytes = GetParam().encode(BatchOf(request_), TestBudget());

  ASSERT_THAT(bytes, IsOk());
  EXPECT_EQ(bytes->view(), GetParam().rewrite(bytes->view()));
}

}  // namespace
}  // namespace spanhold::jaeger
