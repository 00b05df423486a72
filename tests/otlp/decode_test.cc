#include "src/otlp/decode.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/otlp/wire_build.h"
#include "tests/support/make_batch.h"
#include "tests/support/status_is.h"

namespace spanhold::otlp {
namespace {

using testing::HasSubstr;

StatusOr<ChunkPtr> DecodeString(const std::string& request) {
  return Decode(Bytes::Copy(request, TestBudget()));
}

// The error of a request whose only span has this content.
std::string SpanError(const std::string& span) {
  const Status status = DecodeString(RequestWithSpan(span)).status();
  return status.code() == absl::StatusCode::kInvalidArgument ? std::string(MessageOf(status))
                                                             : status.ToString();
}

const std::string kSpanPath = "resource_spans[0].scope_spans[0].spans[0]";

// An AnyValue in `levels` arrays.
std::string NestedArrays(int levels) {
  std::string value = Field(1, "x");
  for (int i = 0; i < levels; ++i) {
    value = Field(5, Field(1, value));
  }
  return value;
}

TEST(DecodeTest, AnEmptyRequestHasNoSpans) {
  auto chunk = DecodeString("");

  ASSERT_THAT(chunk, IsOk());
  EXPECT_TRUE((*chunk)->spans.empty());
}

TEST(DecodeTest, IndexesSpansWithTheirScopesAndResources) {
  const std::string trace_id(16, 't');
  const std::string first = Field(1, trace_id) + Field(5, "first");
  const std::string second = Field(5, "second");
  const std::string scope_a = Field(1, Field(1, "a"));
  const std::string resource = Field(1, Field(1, StringAttribute("service.name", "s")));
  const std::string request =
      Field(1, resource + Field(2, scope_a + Field(2, first) + Field(2, second))) +
      Field(1, Field(2, Field(2, first)));

  auto decoded = DecodeString(request);

  ASSERT_THAT(decoded, IsOk());
  const Chunk& chunk = **decoded;
  ASSERT_EQ(chunk.spans.size(), 3U);
  ASSERT_EQ(chunk.scopes.size(), 2U);
  ASSERT_EQ(chunk.resources.size(), 2U);
  EXPECT_EQ(chunk.span_message(0), first);
  EXPECT_EQ(chunk.span_message(1), second);
  EXPECT_EQ(chunk.span_entry(1), Field(2, second));
  EXPECT_EQ(chunk.trace_id(0), trace_id);
  EXPECT_EQ(chunk.trace_id(1), "");
  EXPECT_EQ(chunk.spans[0].scope, 0U);
  EXPECT_EQ(chunk.spans[1].scope, 0U);
  EXPECT_EQ(chunk.spans[2].scope, 1U);
  EXPECT_EQ(chunk.scopes[0].resource, 0U);
  EXPECT_EQ(chunk.scopes[1].resource, 1U);
  EXPECT_EQ(chunk.at(chunk.header_extents[chunk.scopes[0].header.first_extent]), scope_a);
  EXPECT_EQ(chunk.at(chunk.header_extents[chunk.resources[0].first_extent]), resource);
  EXPECT_EQ(chunk.resources[1].extent_count, 0U);
}

TEST(DecodeTest, KeepsTheBytesWhereTheyAre) {
  Bytes request = Bytes::Copy(RequestWithSpan(Field(5, "name")), TestBudget());
  const char* const data = request.data();

  auto chunk = Decode(std::move(request));

  ASSERT_THAT(chunk, IsOk());
  EXPECT_EQ((*chunk)->bytes.view().data(), data);
}

TEST(DecodeTest, AHeaderIsEverythingButTheChildren) {
  const std::string before = Field(1, "") + VarintField(99, 1);
  const std::string after = Field(3, "url") + Field(100, "unknown");
  const std::string spans = Field(2, Field(2, ""));

  auto decoded = DecodeString(Field(1, before + spans + after));

  ASSERT_THAT(decoded, IsOk());
  const Chunk& chunk = **decoded;
  const Header& header = chunk.resources[0];
  ASSERT_EQ(header.extent_count, 2U);
  EXPECT_EQ(header.size, before.size() + after.size());
  EXPECT_EQ(chunk.at(chunk.header_extents[header.first_extent]), before);
  EXPECT_EQ(chunk.at(chunk.header_extents[header.first_extent + 1]), after);
}

TEST(DecodeTest, HeadersOfEqualBytesHaveEqualHashesHoweverTheyAreCut) {
  const std::string spans = Field(2, Field(2, ""));
  const std::string a = Field(1, Field(1, StringAttribute("k", "v")));
  const std::string b = Field(3, "url");

  auto decoded = DecodeString(Field(1, a + b + spans) + Field(1, a + spans + b) +
                              Field(1, a + Field(3, "URL") + spans));

  ASSERT_THAT(decoded, IsOk());
  const std::vector<Header>& resources = (*decoded)->resources;
  EXPECT_EQ(resources[0].hash, resources[1].hash);
  EXPECT_NE(resources[0].hash, resources[2].hash);
}

TEST(DecodeTest, EnvelopesWithoutSpansAreLeftOut) {
  auto decoded = DecodeString(Field(1, Field(1, "")) + Field(1, Field(2, Field(3, "url"))) +
                              Field(1, Field(2, "") + Field(2, Field(2, ""))));

  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ((*decoded)->resources.size(), 1U);
  EXPECT_EQ((*decoded)->scopes.size(), 1U);
  EXPECT_EQ((*decoded)->spans.size(), 1U);
}

TEST(DecodeTest, TheLastTraceIdCounts) {
  const std::string first(16, '1');
  const std::string second(16, '2');

  auto replaced = DecodeString(RequestWithSpan(Field(1, first) + Field(1, second)));
  auto removed = DecodeString(RequestWithSpan(Field(1, first) + Field(1, "")));

  ASSERT_THAT(replaced, IsOk());
  ASSERT_THAT(removed, IsOk());
  EXPECT_EQ((*replaced)->trace_id(0), second);
  EXPECT_EQ((*removed)->trace_id(0), "");
}

TEST(DecodeTest, ALinksTraceIdIsNotTheSpans) {
  const std::string own(16, '1');
  const std::string linked(16, '2');

  auto chunk = DecodeString(RequestWithSpan(Field(1, own) + Field(13, Field(1, linked))));

  ASSERT_THAT(chunk, IsOk());
  EXPECT_EQ((*chunk)->trace_id(0), own);
}

TEST(DecodeTest, AcceptsEveryKnownField) {
  const std::string attribute = StringAttribute("key", "value");
  const std::string event =
      Join({Fixed64Field(1, 1), Field(2, "e"), Field(3, attribute), VarintField(4, 1)});
  const std::string link =
      Join({Field(1, std::string(16, 'l')), Field(2, std::string(8, 'l')), Field(3, "k=v"),
            Field(4, attribute), VarintField(5, 1), Fixed32Field(6, 1)});
  const std::string span =
      Join({Field(1, std::string(16, 't')), Field(2, std::string(8, 's')), Field(3, "k=v"),
            Field(4, std::string(8, 'p')), Field(5, "name"), VarintField(6, 2), Fixed64Field(7, 1),
            Fixed64Field(8, 2), Field(9, attribute), VarintField(10, 1), Field(11, event),
            VarintField(12, 1), Field(13, link), VarintField(14, 1),
            Field(15, Field(2, "oops") + VarintField(3, 2)), Fixed32Field(16, 0x101)});

  EXPECT_THAT(DecodeString(RequestWithSpan(span)), IsOk());
}

TEST(DecodeTest, AcceptsEveryAttributeType) {
  const std::string list = Field(1, Field(1, "a")) + Field(1, VarintField(3, 1));
  const std::string map = Field(1, StringAttribute("k", "v"));
  for (const std::string& value :
       {std::string(), Field(1, "text"), VarintField(2, 1), VarintField(3, ~uint64_t{0}),
        DoubleField(4, 1.5), Field(5, list), Field(6, map), Field(7, "\xFF\x00"),
        Field(1, std::string(1000, 'x'))}) {
    EXPECT_EQ(SpanError(Field(9, Field(1, "key") + Field(2, value))), "OK");
  }
}

TEST(DecodeTest, KeepsUnknownFieldsOfEveryWireType) {
  const std::string unknown = Join({VarintField(17, 1), Fixed64Field(1000, 1), Field(19500, "\xFF"),
                                    Fixed32Field(0x1FFFFFFF, 1)});

  auto chunk = DecodeString(RequestWithSpan(unknown));

  ASSERT_THAT(chunk, IsOk());
  EXPECT_EQ((*chunk)->span_message(0), unknown);
}

TEST(DecodeTest, TheFieldsOfProfilesAreUnknown) {
  EXPECT_EQ(SpanError(Field(9, VarintField(3, 1) + Field(2, VarintField(8, 1)))), "OK");
}

TEST(DecodeTest, RefusesGroupsAlsoInUnknownFields) {
  for (const uint32_t wire_type : {3U, 4U, 6U, 7U}) {
    EXPECT_EQ(SpanError(Tag(100, wire_type)), kSpanPath + ": malformed value");
  }
}

TEST(DecodeTest, RefusesFieldNumberZero) {
  EXPECT_EQ(SpanError(Field(5, "name") + Tag(0, 2) + Varint(0)),
            kSpanPath + ": malformed field tag");
}

TEST(DecodeTest, RefusesFieldsThatEndTooSoon) {
  const std::string past_end = ": length is past the end of its message";
  EXPECT_EQ(SpanError(Tag(5, 2) + Varint(5) + "name"), kSpanPath + ".name" + past_end);
  EXPECT_EQ(SpanError(Tag(5, 2)), kSpanPath + ".name" + past_end);
  EXPECT_EQ(SpanError(Tag(7, 1) + "1234567"), kSpanPath + ".start_time_unix_nano: malformed value");
  EXPECT_EQ(SpanError(Tag(16, 5) + "123"), kSpanPath + ".flags: malformed value");
  EXPECT_EQ(SpanError(Tag(6, 0) + "\xFF"), kSpanPath + ".kind: malformed value");
  EXPECT_EQ(SpanError("\xFF"), kSpanPath + ": malformed field tag");
}

// A length may not reach beyond the message it is in, even where the request goes on.
TEST(DecodeTest, RefusesFieldsThatReachIntoTheNextMessage) {
  const std::string span = Tag(5, 2) + Varint(3) + "ab";
  const std::string request = Field(1, Field(2, Field(2, span) + Field(2, Field(5, "next"))));

  EXPECT_THAT(DecodeString(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       kSpanPath + ".name: length is past the end of its message"));
}

TEST(DecodeTest, RefusesEnvelopesThatEndTooSoon) {
  EXPECT_THAT(DecodeString(Tag(1, 2) + Varint(1)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "resource_spans[0]: length is past the end of its message"));
  EXPECT_THAT(DecodeString(Field(1, Tag(2, 2) + Varint(1))),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "resource_spans[0].scope_spans[0]: length is past the end of its message"));
  EXPECT_THAT(DecodeString("\x80"),
              StatusIs(absl::StatusCode::kInvalidArgument, "request: malformed field tag"));
}

TEST(DecodeTest, RefusesAWrongWireTypeOfAKnownField) {
  const std::string wrong = ": wrong wire type";
  EXPECT_EQ(SpanError(VarintField(5, 1)), kSpanPath + ".name" + wrong);
  EXPECT_EQ(SpanError(Field(6, "x")), kSpanPath + ".kind" + wrong);
  EXPECT_EQ(SpanError(VarintField(7, 1)), kSpanPath + ".start_time_unix_nano" + wrong);
  EXPECT_EQ(SpanError(Fixed64Field(16, 1)), kSpanPath + ".flags" + wrong);
  EXPECT_EQ(SpanError(Field(9, Field(1, "k") + VarintField(2, 1))),
            kSpanPath + ".attributes[0].value" + wrong);
  EXPECT_THAT(DecodeString(VarintField(1, 1)),
              StatusIs(absl::StatusCode::kInvalidArgument, "resource_spans[0]: wrong wire type"));
  EXPECT_THAT(DecodeString(Field(1, Fixed32Field(2, 1))),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "resource_spans[0].scope_spans[0]: wrong wire type"));
}

TEST(DecodeTest, IdsHaveTheirLengthOrNone) {
  const std::string trace_id(16, '\0');
  const std::string span_id(8, '\0');
  EXPECT_EQ(SpanError(Field(1, trace_id) + Field(2, span_id) + Field(4, span_id)), "OK");
  EXPECT_EQ(SpanError(Field(1, "") + Field(2, "") + Field(4, "")), "OK");

  EXPECT_EQ(SpanError(Field(1, span_id)), kSpanPath + ".trace_id: trace id is not 16 bytes");
  EXPECT_EQ(SpanError(Field(2, trace_id)), kSpanPath + ".span_id: span id is not 8 bytes");
  EXPECT_EQ(SpanError(Field(4, "1234567")), kSpanPath + ".parent_span_id: span id is not 8 bytes");
  EXPECT_EQ(SpanError(Field(13, Field(1, std::string(17, 'x')))),
            kSpanPath + ".links[0].trace_id: trace id is not 16 bytes");
  EXPECT_EQ(SpanError(Field(13, Field(2, "x"))),
            kSpanPath + ".links[0].span_id: span id is not 8 bytes");
}

TEST(DecodeTest, StringsAreUtf8) {
  const std::string bad = "b\xC3\x28";
  const std::string problem = ": string is not valid UTF-8";
  EXPECT_EQ(SpanError(Field(5, "日本語")), "OK");
  EXPECT_EQ(SpanError(Field(9, StringAttribute("ключ", "значение"))), "OK");

  EXPECT_EQ(SpanError(Field(3, bad)), kSpanPath + ".trace_state" + problem);
  EXPECT_EQ(SpanError(Field(5, bad)), kSpanPath + ".name" + problem);
  EXPECT_EQ(SpanError(Field(9, StringAttribute(bad, "v"))),
            kSpanPath + ".attributes[0].key" + problem);
  EXPECT_EQ(SpanError(Field(9, StringAttribute("k", "v")) + Field(9, StringAttribute("k", bad))),
            kSpanPath + ".attributes[1].value.string_value" + problem);
  EXPECT_EQ(SpanError(Field(9, Field(1, bad) + Field(2, VarintField(3, 1)))),
            kSpanPath + ".attributes[0].key" + problem);
  EXPECT_EQ(SpanError(Field(11, Field(2, bad))), kSpanPath + ".events[0].name" + problem);
  EXPECT_EQ(SpanError(Field(15, Field(2, bad))), kSpanPath + ".status.message" + problem);
  EXPECT_THAT(
      DecodeString(Field(1, Field(3, bad))),
      StatusIs(absl::StatusCode::kInvalidArgument, "resource_spans[0].schema_url" + problem));
  EXPECT_THAT(DecodeString(Field(1, Field(1, Field(3, Field(3, bad))))),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "resource_spans[0].resource.entity_refs[0].id_keys[0]" + problem));
  EXPECT_THAT(DecodeString(Field(1, Field(2, Field(1, Field(2, bad))))),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "resource_spans[0].scope_spans[0].scope.version" + problem));
}

// Attributes in a row are looked at together; each must still count as it does alone.
TEST(DecodeTest, AnAttributeIsJudgedAmongOthersAsAlone) {
  const std::string plain = Field(9, StringAttribute("key", "value"));
  const std::vector<std::string> attributes = {
      plain,
      Field(9, StringAttribute("", "")),
      Field(9, StringAttribute("key", std::string(127, 'x'))),
      Field(9, StringAttribute(std::string(200, 'k'), "v")),
      Field(9, StringAttribute("ключ", "значение")),
      Field(9, StringAttribute("key", "\xFF")),
      Field(9, StringAttribute("\xFF", "value")),
      Field(9, ""),
      Field(9, Field(1, "key only")),
      Field(9, Field(2, Field(1, "value only"))),
      Field(9, Field(1, "key") + Field(2, Field(1, "v")) + Field(1, "again")),
      Field(9, Field(1, "key") + Field(2, Field(1, "v") + VarintField(2, 1))),
      Field(9, Field(1, "key") + Field(2, Field(7, "\xFF"))),
      Field(9, Field(1, "key") + Field(2, VarintField(3, 300))),
      Field(9, Field(1, "key") + Tag(2, 2) + "\x09\x0A\x02vv"),
      Field(9, Field(1, "key") + Tag(2, 2) + "\x04\x0A\x07vv"),
      Field(9, Tag(1, 2) + "\x7Fkey"),
      Tag(9, 2) + "\x7F" + StringAttribute("key", "value"),
      plain.substr(0, plain.size() - 1)};
  for (const std::string& attribute : attributes) {
    const bool valid = SpanError(attribute) == "OK";
    for (const std::string& before : {plain, plain + plain, Field(5, "name") + plain}) {
      EXPECT_EQ(SpanError(before + attribute) == "OK", valid) << testing::PrintToString(attribute);
    }
    // What ends too soon may swallow what follows it.
    if (valid) {
      EXPECT_EQ(SpanError(attribute + plain), "OK") << testing::PrintToString(attribute);
      EXPECT_EQ(SpanError(plain + attribute + plain), "OK") << testing::PrintToString(attribute);
    }
  }
}

// Looked at from each of them again, these would take minutes.
TEST(DecodeTest, ManyAttributesBeforeOneBeyondAsciiAreReadOnce) {
  std::string span;
  for (int i = 0; i < 500'000; ++i) {
    span += Field(9, StringAttribute("k", "v"));
  }

  EXPECT_EQ(SpanError(span + Field(9, StringAttribute("k", "ä"))), "OK");
}

TEST(DecodeTest, BytesNeedNotBeUtf8) {
  EXPECT_EQ(SpanError(Field(9, Field(1, "k") + Field(2, Field(7, "\xFF")))), "OK");
}

TEST(DecodeTest, ErrorsNameTheOneSpanAmongMany) {
  std::string spans;
  for (int i = 0; i < 17; ++i) {
    spans += Field(2, Field(5, "good"));
  }
  spans += Field(2, Field(5, "\xFF")) + Field(2, Field(5, "good"));
  const std::string empty_scope = Field(2, Field(2, ""));
  const std::string request =
      Field(1, empty_scope) + Field(1, empty_scope + empty_scope + Field(2, spans));

  EXPECT_THAT(
      DecodeString(request),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "resource_spans[1].scope_spans[2].spans[17].name: string is not valid UTF-8"));
}

// ResourceSpans, ScopeSpans, Span, KeyValue and AnyValue are five of the hundred, an array is two.
TEST(DecodeTest, MessagesNestAHundredDeepAndNoDeeper) {
  EXPECT_EQ(SpanError(Field(9, Field(2, NestedArrays(47)))), "OK");
  EXPECT_THAT(SpanError(Field(9, Field(2, NestedArrays(48)))),
              HasSubstr("messages are nested more than 100 deep"));
}

TEST(DecodeTest, DeepNestingIsRefusedWithoutDeepRecursion) {
  const std::string error = SpanError(Field(9, Field(2, NestedArrays(5000))));

  EXPECT_THAT(error, HasSubstr("messages are nested more than 100 deep"));
  EXPECT_LT(error.size(), 400U);
}

TEST(DecodeTest, TheIndexIsChargedToTheBudget) {
  std::string request;
  for (int i = 0; i < 1000; ++i) {
    request += Field(2, "");
  }
  request = Field(1, Field(2, request));
  MemoryBudget budget(1 << 20);
  {
    auto chunk = Decode(Bytes::Copy(request, budget));

    ASSERT_THAT(chunk, IsOk());
    EXPECT_GE(budget.used(), request.size() + 1000 * sizeof(Span));
  }
  EXPECT_EQ(budget.used(), 0U);
}

TEST(DecodeTest, AnIndexBeyondTheBudgetIsRefusedForNow) {
  std::string request;
  for (int i = 0; i < 1000; ++i) {
    request += Field(2, "");
  }
  request = Field(1, Field(2, request));
  MemoryBudget budget(request.size() + 1000);

  auto chunk = Decode(Bytes::Copy(request, budget));

  EXPECT_THAT(chunk, StatusIs(absl::StatusCode::kUnavailable, "the memory budget is used up"));
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace spanhold::otlp
