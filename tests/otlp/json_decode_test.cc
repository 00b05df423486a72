#include "src/otlp/json_decode.h"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/otlp/views.h"
#include "tests/otlp/wire_build.h"
#include "tests/support/make_batch.h"
#include "tests/support/status_is.h"

namespace spanhold::otlp {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

StatusOr<ChunkPtr> DecodeText(const std::string& json) {
  return DecodeJson(json, TestBudget());
}

std::string RequestJson(const std::string& span) {
  return R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + span + "]}]}]}";
}

// The wire bytes of the only span of a request, or what is wrong with it.
std::string SpanBytes(const std::string& span_json) {
  auto chunk = DecodeText(RequestJson(span_json));
  return chunk.ok() ? std::string((*chunk)->span_message(0))
                    : std::string(MessageOf(chunk.status()));
}

std::string AttributeJson(const std::string& value) {
  return R"({"attributes":[{"key":"k","value":)" + value + "}]}";
}

// The wire bytes of an attribute's AnyValue, or what is wrong with it.
std::string ValueBytes(const std::string& value_json) {
  const std::string bytes = SpanBytes(AttributeJson(value_json));
  const std::string before = Field(1, "k") + "\x12";
  const size_t position = bytes.find(before);
  return position == std::string::npos ? bytes : bytes.substr(position + before.size() + 1);
}

const std::string kSpanPath = "resourceSpans[0].scopeSpans[0].spans[0]";

TEST(DecodeJsonTest, ReadsEveryField) {
  const std::string json = R"({"resourceSpans":[{
    "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}],
                "droppedAttributesCount":1,
                "entityRefs":[{"schemaUrl":"u","type":"t","idKeys":["i","j"],"descriptionKeys":["d"]}]},
    "scopeSpans":[{
      "scope":{"name":"n","version":"v","attributes":[],"droppedAttributesCount":2},
      "spans":[{
        "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174",
        "traceState":"a=b","parentSpanId":"eee19b7ec3c1b173","name":"span","kind":2,
        "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":1544712661000000000,
        "attributes":[{"key":"k","value":{"intValue":"-5"}}],"droppedAttributesCount":3,
        "events":[{"timeUnixNano":"1","name":"e","attributes":[],"droppedAttributesCount":4}],
        "droppedEventsCount":5,
        "links":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174",
                  "traceState":"c=d","attributes":[],"droppedAttributesCount":6,"flags":257}],
        "droppedLinksCount":7,"status":{"message":"m","code":2},"flags":769}],
      "schemaUrl":"scope-url"}],
    "schemaUrl":"url"}]})";
  const std::string trace_id = "\x5B\x8E\xFF\xF7\x98\x03\x81\x03\xD2\x69\xB6\x33\x81\x3F\xC6\x0C";
  const std::string span_id = "\xEE\xE1\x9B\x7E\xC3\xC1\xB1\x74";
  const std::string parent_id = "\xEE\xE1\x9B\x7E\xC3\xC1\xB1\x73";

  auto chunk = DecodeText(json);

  ASSERT_THAT(chunk, IsOk());
  const std::string resource = Join(
      {Field(1, StringAttribute("service.name", "s")), VarintField(2, 1),
       Field(3,
             Join({Field(1, "u"), Field(2, "t"), Field(3, "i"), Field(3, "j"), Field(4, "d")}))});
  const std::string span = Join(
      {Field(1, trace_id), Field(2, span_id), Field(3, "a=b"), Field(4, parent_id),
       Field(5, "span"), VarintField(6, 2), Fixed64Field(7, 1544712660000000000),
       Fixed64Field(8, 1544712661000000000),
       Field(9, Field(1, "k") + Field(2, VarintField(3, static_cast<uint64_t>(-5)))),
       VarintField(10, 3), Field(11, Fixed64Field(1, 1) + Field(2, "e") + VarintField(4, 4)),
       VarintField(12, 5),
       Field(13, Join({Field(1, trace_id), Field(2, span_id), Field(3, "c=d"), VarintField(5, 6),
                       Fixed32Field(6, 257)})),
       VarintField(14, 7), Field(15, Field(2, "m") + VarintField(3, 2)), Fixed32Field(16, 769)});
  const std::string scope = Join({Field(1, "n"), Field(2, "v"), VarintField(4, 2)});
  EXPECT_EQ((*chunk)->bytes.view(),
            Field(1, Field(1, resource) +
                         Field(2, Field(1, scope) + Field(2, span) + Field(3, "scope-url")) +
                         Field(3, "url")));
}

TEST(DecodeJsonTest, ReadsEveryAttributeType) {
  EXPECT_EQ(ValueBytes("{}"), "");
  EXPECT_EQ(ValueBytes(R"({"stringValue":""})"), Field(1, ""));
  EXPECT_EQ(ValueBytes(R"({"boolValue":false})"), VarintField(2, 0));
  EXPECT_EQ(ValueBytes(R"({"intValue":"0"})"), VarintField(3, 0));
  EXPECT_EQ(ValueBytes(R"({"doubleValue":0})"), DoubleField(4, 0));
  EXPECT_EQ(ValueBytes(R"({"arrayValue":{}})"), Field(5, ""));
  EXPECT_EQ(ValueBytes(R"({"arrayValue":{"values":[{"stringValue":"a"},{}]}})"),
            Field(5, Field(1, Field(1, "a")) + Field(1, "")));
  EXPECT_EQ(ValueBytes(R"({"kvlistValue":{"values":[{"key":"k","value":{"boolValue":true}}]}})"),
            Field(6, Field(1, Field(1, "k") + Field(2, VarintField(2, 1)))));
  EXPECT_EQ(ValueBytes(R"({"bytesValue":"/w=="})"), Field(7, "\xFF"));
}

TEST(DecodeJsonTest, TakesKeysInSnakeCase) {
  const std::string json =
      R"({"resource_spans":[{"scope_spans":[{"spans":[{"start_time_unix_nano":"7"}]}]}]})";

  auto chunk = DecodeText(json);

  ASSERT_THAT(chunk, IsOk());
  EXPECT_EQ((*chunk)->span_message(0), Fixed64Field(7, 7));
}

TEST(DecodeJsonTest, IgnoresUnknownKeysWhateverTheyHold) {
  EXPECT_EQ(SpanBytes(R"({"x":{"a":[1,{"b":"]}"}],"c":null},"name":"n","y":1e999,"Name":2})"),
            Field(5, "n"));
  EXPECT_THAT(DecodeText(R"({"resourceMetrics":[{"a":1}]})"), IsOk());
}

TEST(DecodeJsonTest, ANullIsAnAbsentField) {
  EXPECT_EQ(
      SpanBytes(R"({"name":null,"kind":null,"attributes":null,"status":null,"traceId":null})"), "");
  EXPECT_EQ(ValueBytes(R"({"doubleValue":null})"), "");
  EXPECT_THAT(DecodeText(R"({"resourceSpans":null})"), IsOk());
}

TEST(DecodeJsonTest, ANullInAListIsAnEmptyMessage) {
  EXPECT_EQ(SpanBytes(R"({"events":[null]})"), Field(11, ""));
}

TEST(DecodeJsonTest, ASpanWithoutFieldsIsASpan) {
  auto chunk = DecodeText(RequestJson("{},{}"));

  ASSERT_THAT(chunk, IsOk());
  EXPECT_EQ((*chunk)->spans.size(), 2U);
}

TEST(DecodeJsonTest, DefaultsOutsideOfAttributesAreLeftOut) {
  EXPECT_EQ(SpanBytes(R"({"traceId":"","name":"","kind":0,"startTimeUnixNano":"0","flags":0,
                          "droppedLinksCount":0})"),
            "");
}

TEST(DecodeJsonTest, OfAKeyThatComesTwiceTheLastCountsAndListsAreJoined) {
  const std::string span =
      SpanBytes(R"({"name":"a","events":[{"name":"1"}],"name":"b","events":[{"name":"2"}]})");

  EXPECT_EQ(SpanView(span).name(), "b");
  EXPECT_EQ(SpanView(span).events().size(), 2U);
}

TEST(DecodeJsonTest, TakesNumbersAsNumbersAndAsStrings) {
  EXPECT_EQ(SpanBytes(R"({"startTimeUnixNano":18446744073709551615})"),
            Fixed64Field(7, ~uint64_t{0}));
  EXPECT_EQ(SpanBytes(R"({"startTimeUnixNano":"18446744073709551615"})"),
            Fixed64Field(7, ~uint64_t{0}));
  EXPECT_EQ(SpanBytes(R"({"startTimeUnixNano":1.5e3})"), Fixed64Field(7, 1500));
  EXPECT_EQ(SpanBytes(R"({"droppedLinksCount":"4294967295"})"), VarintField(14, 4294967295));
  EXPECT_EQ(SpanBytes(R"({"flags":"1"})"), Fixed32Field(16, 1));
  EXPECT_EQ(ValueBytes(R"({"intValue":-9223372036854775808})"), VarintField(3, uint64_t{1} << 63U));
  EXPECT_EQ(ValueBytes(R"({"doubleValue":"2.5"})"), DoubleField(4, 2.5));
  EXPECT_EQ(ValueBytes(R"({"doubleValue":-0})"), DoubleField(4, -0.0));
  EXPECT_EQ(ValueBytes(R"({"doubleValue":"Infinity"})"),
            DoubleField(4, std::numeric_limits<double>::infinity()));
  EXPECT_EQ(ValueBytes(R"({"doubleValue":"-Infinity"})"),
            DoubleField(4, -std::numeric_limits<double>::infinity()));
  EXPECT_TRUE(std::isnan(AnyValueView(ValueBytes(R"({"doubleValue":"NaN"})")).double_value()));
}

TEST(DecodeJsonTest, TakesEnumsAsNumbersAndAsNames) {
  EXPECT_EQ(SpanBytes(R"({"kind":"SPAN_KIND_PRODUCER"})"), VarintField(6, 4));
  EXPECT_EQ(SpanBytes(R"({"kind":"4"})"), VarintField(6, 4));
  EXPECT_EQ(SpanBytes(R"({"kind":99})"), VarintField(6, 99));
  EXPECT_EQ(SpanBytes(R"({"kind":-1})"), VarintField(6, static_cast<uint64_t>(-1)));
  EXPECT_EQ(SpanBytes(R"({"status":{"code":"STATUS_CODE_ERROR"}})"), Field(15, VarintField(3, 2)));
}

TEST(DecodeJsonTest, AnIntegerBeyond64BitsBecomesADouble) {
  EXPECT_EQ(ValueBytes(R"({"intValue":1e+21})"), DoubleField(4, 1e21));
  EXPECT_EQ(ValueBytes(R"({"intValue":100000000000000000000})"), DoubleField(4, 1e20));
  EXPECT_EQ(ValueBytes(R"({"intValue":"9223372036854775808"})"),
            DoubleField(4, 9223372036854775808.0));
}

TEST(DecodeJsonTest, ReadsEscapesAlsoInKeys) {
  EXPECT_EQ(SpanBytes(R"({"n\u0061me":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"})"),
            Field(5, "a\"\\/\b\f\n\r\té😀"));
}

TEST(DecodeJsonTest, HalfSurrogatePairsBecomeReplacementCharacters) {
  EXPECT_EQ(SpanBytes(R"({"name":"cut \ud83d"})"), Field(5, "cut \uFFFD"));
}

TEST(DecodeJsonTest, ErrorsSayWhereAndWhat) {
  EXPECT_EQ(SpanBytes(R"({"name":5})"), kSpanPath + ".name: not a string");
  EXPECT_EQ(SpanBytes(R"({"traceId":"xyz0"})"), kSpanPath + ".traceId: not hexadecimal");
  EXPECT_EQ(SpanBytes(R"({"traceId":"W47/+YeYEDPSabYzgT/GDA=="})"),
            kSpanPath + ".traceId: not hexadecimal");
  EXPECT_EQ(SpanBytes(R"({"startTimeUnixNano":"soon"})"),
            kSpanPath + ".startTimeUnixNano: not a number");
  EXPECT_EQ(SpanBytes(R"({"startTimeUnixNano":-1})"),
            kSpanPath + ".startTimeUnixNano: not a whole number in range");
  EXPECT_EQ(SpanBytes(R"({"droppedLinksCount":4294967296})"),
            kSpanPath + ".droppedLinksCount: not a whole number in range");
  EXPECT_EQ(SpanBytes(R"({"kind":"SERVER"})"), kSpanPath + ".kind: not a number");
  EXPECT_EQ(SpanBytes(R"({"kind":2147483648})"), kSpanPath + ".kind: not a whole number in range");
  EXPECT_EQ(SpanBytes(R"({"events":[{},{"name":"\x"}]})"),
            kSpanPath + ".events[1].name: malformed escape in a string");
  EXPECT_EQ(ValueBytes(R"({"intValue":1.5})"),
            kSpanPath + ".attributes[0].value.intValue: not a whole number in range");
  EXPECT_EQ(ValueBytes(R"({"bytesValue":"!"})"),
            kSpanPath + ".attributes[0].value.bytesValue: not base64");
}

TEST(DecodeJsonTest, WhatDecodeRefusesIsRefused) {
  EXPECT_THAT(DecodeText(RequestJson(R"({"traceId":"abcd"})")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "resource_spans[0].scope_spans[0].spans[0].trace_id: "
                       "trace id is not 16 bytes"));
}

TEST(DecodeJsonTest, ValuesOfTheWrongKindAreRefused) {
  for (const char* span :
       {R"({"attributes":{}})", R"({"attributes":[1]})", R"({"status":[]})", R"({"status":"x"})",
        R"({"name":{}})", R"({"kind":true})", R"({"kind":[]})", R"({"startTimeUnixNano":{}})",
        R"({"attributes":[{"key":"k","value":{"boolValue":"true"}}]})",
        R"({"attributes":[{"key":"k","value":{"boolValue":1}}]})", "5", "[]", "\"x\""}) {
    EXPECT_THAT(DecodeText(RequestJson(span)),
                StatusIs(absl::StatusCode::kInvalidArgument, StartsWith(kSpanPath)))
        << span;
  }
}

TEST(DecodeJsonTest, WhatIsNotJsonIsRefused) {
  for (const char* json : {"",
                           " ",
                           "x",
                           "5",
                           "null",
                           "[]",
                           "\"x\"",
                           "{",
                           "}",
                           "{]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"resourceSpans\":[}",
                           "{\"resourceSpans\":[{]}",
                           "{\"resourceSpans\":[{}}",
                           "{\"resourceSpans\":[nul]}",
                           "{\"resourceSpans\":nul}",
                           "{\"resourceSpans\":[]",
                           "{\"resourceSpans\":[],}",
                           "{} {}",
                           "{}}",
                           "{}x",
                           "{\"a\":\"\n\"}",
                           "{\"a\":\"\xFF\"}",
                           "{\"a\":\"",
                           "{\"resourceSpans\":[{}{}]}",
                           "{'a':1}"}) {
    EXPECT_THAT(DecodeText(json), StatusIs(absl::StatusCode::kInvalidArgument, testing::_)) << json;
  }
}

TEST(DecodeJsonTest, AnEmptyObjectIsAnEmptyRequest) {
  auto chunk = DecodeText(" {} ");

  ASSERT_THAT(chunk, IsOk());
  EXPECT_TRUE((*chunk)->spans.empty());
}

TEST(DecodeJsonTest, EveryPrefixOfARequestIsRefused) {
  const std::string json = RequestJson(
      R"({"name":"a\u0041","kind":2,"attributes":[{"key":"k","value":{"doubleValue":1.5}}]})");
  for (size_t size = 0; size < json.size(); ++size) {
    EXPECT_THAT(DecodeText(json.substr(0, size)),
                StatusIs(absl::StatusCode::kInvalidArgument, testing::_))
        << size;
  }
}

std::string NestedArrays(int levels) {
  std::string value = R"({"stringValue":"x"})";
  for (int i = 0; i < levels; ++i) {
    value = R"({"arrayValue":{"values":[)" + value + "]}}";
  }
  return AttributeJson(value);
}

TEST(DecodeJsonTest, MessagesNestAHundredDeepAndNoDeeper) {
  EXPECT_THAT(DecodeText(RequestJson(NestedArrays(47))), IsOk());
  EXPECT_THAT(SpanBytes(NestedArrays(48)), HasSubstr("messages are nested more than 100 deep"));
  EXPECT_THAT(SpanBytes(NestedArrays(5000)), HasSubstr("messages are nested more than 100 deep"));
}

TEST(DecodeJsonTest, DeepNestingUnderAnUnknownKeyDoesNoHarm) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');

  EXPECT_THAT(DecodeText("{\"x\":" + deep + "}"), IsOk());
}

TEST(DecodeJsonTest, ChargesWhatIsKept) {
  MemoryBudget budget(1 << 20);
  {
    auto chunk = DecodeJson(RequestJson(R"({"name":"a name"})"), budget);

    ASSERT_THAT(chunk, IsOk());
    EXPECT_GE(budget.used(), (*chunk)->bytes.size());
    EXPECT_LE(budget.used(), 1000U);
  }
  EXPECT_EQ(budget.used(), 0U);
}

TEST(DecodeJsonTest, WhatDoesNotFitNowIsRefusedForNow) {
  MemoryBudget budget(1 << 16);
  const Reservation taken = budget.Reserve(1 << 16);

  auto chunk = DecodeJson(RequestJson("{}"), budget);

  EXPECT_THAT(chunk, StatusIs(absl::StatusCode::kUnavailable, "the memory budget is used up"));
}

TEST(DecodeJsonTest, WhatNeverFitsIsRefusedForGood) {
  MemoryBudget budget(64);

  auto chunk = DecodeJson(RequestJson("{}"), budget);

  EXPECT_THAT(chunk, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("protobuf")));
  EXPECT_FALSE(IsRetryable(chunk.status()));
}

TEST(DecodeJsonTest, BytesBehindTheTextAreNotRead) {
  const std::string json = RequestJson(R"({"name":"n"})");
  const std::string longer = json + "}]}garbage\"";

  EXPECT_THAT(DecodeJson(std::string_view(longer).substr(0, json.size()), TestBudget()), IsOk());
}

}  // namespace
}  // namespace spanhold::otlp
