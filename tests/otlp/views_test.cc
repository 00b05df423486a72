#include "src/otlp/views.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "src/otlp/decode.h"
#include "tests/otlp/wire_build.h"
#include "tests/support/make_batch.h"

namespace spanhold::otlp {
namespace {

ChunkPtr ChunkOf(const std::string& request) {
  return *Decode(Bytes::Copy(request, TestBudget()));
}

// The value of an attribute with that AnyValue.
AnyValueView ValueOf(const std::string& attribute) {
  return AttributeView(attribute).value();
}

TEST(SpanViewTest, ReadsEveryField) {
  const std::string message =
      Join({Field(1, std::string(16, 't')), Field(2, std::string(8, 's')), Field(3, "k=v"),
            Field(4, std::string(8, 'p')), Field(5, "name"), VarintField(6, 3), Fixed64Field(7, 11),
            Fixed64Field(8, 22), Field(9, StringAttribute("a", "b")), VarintField(10, 4),
            Field(11, Fixed64Field(1, 33) + Field(2, "event")), VarintField(12, 5),
            Field(13, Field(3, "link")), VarintField(14, 6),
            Field(15, Field(2, "oops") + VarintField(3, 2)), Fixed32Field(16, 0x101)});

  const SpanView span(message);

  EXPECT_EQ(span.trace_id(), std::string(16, 't'));
  EXPECT_EQ(span.span_id(), std::string(8, 's'));
  EXPECT_EQ(span.trace_state(), "k=v");
  EXPECT_EQ(span.parent_span_id(), std::string(8, 'p'));
  EXPECT_EQ(span.name(), "name");
  EXPECT_EQ(span.kind(), SpanKind::kClient);
  EXPECT_EQ(span.start_time_unix_nano(), 11U);
  EXPECT_EQ(span.end_time_unix_nano(), 22U);
  EXPECT_EQ(span.attributes().size(), 1U);
  EXPECT_EQ(span.dropped_attributes_count(), 4U);
  EXPECT_EQ((*span.events().begin()).name(), "event");
  EXPECT_EQ((*span.events().begin()).time_unix_nano(), 33U);
  EXPECT_EQ(span.dropped_events_count(), 5U);
  EXPECT_EQ((*span.links().begin()).trace_state(), "link");
  EXPECT_EQ(span.dropped_links_count(), 6U);
  EXPECT_EQ(span.status_code(), StatusCode::kError);
  EXPECT_EQ(span.status_message(), "oops");
  EXPECT_EQ(span.flags(), 0x101U);
}

TEST(SpanViewTest, AbsentFieldsAreDefaults) {
  const SpanView span{std::string_view()};

  EXPECT_EQ(span.trace_id(), "");
  EXPECT_EQ(span.kind(), SpanKind::kUnspecified);
  EXPECT_EQ(span.status_code(), StatusCode::kUnset);
  EXPECT_TRUE(span.attributes().empty());
  EXPECT_TRUE(span.events().empty());
  EXPECT_TRUE(span.links().empty());
}

TEST(SpanViewTest, TheLastOfARepeatedScalarCounts) {
  const std::string message = Field(5, "first") + VarintField(6, 1) + Field(5, "second") +
                              VarintField(6, 2) + Field(15, Field(2, "m") + VarintField(3, 1)) +
                              Field(15, VarintField(3, 2));

  const SpanView span(message);

  EXPECT_EQ(span.name(), "second");
  EXPECT_EQ(span.kind(), SpanKind::kServer);
  EXPECT_EQ(span.status_code(), StatusCode::kError);
  EXPECT_EQ(span.status_message(), "m");
}

TEST(SpanViewTest, SkipsUnknownFields) {
  const std::string message = Join({Field(99, "x"), Field(5, "name"), Fixed64Field(98, 1),
                                    Fixed32Field(97, 1), VarintField(96, 1)});

  EXPECT_EQ(SpanView(message).name(), "name");
}

TEST(SpanViewTest, NarrowFieldsAreTheLowHalfOfTheirVarint) {
  const std::string message =
      VarintField(6, (uint64_t{1} << 32U) + 2) + VarintField(10, (uint64_t{1} << 32U) + 3);

  EXPECT_EQ(SpanView(message).kind(), SpanKind::kServer);
  EXPECT_EQ(SpanView(message).dropped_attributes_count(), 3U);
}

TEST(LinkViewTest, ReadsEveryField) {
  const std::string message =
      Join({Field(1, std::string(16, 't')), Field(2, std::string(8, 's')), Field(3, "k=v"),
            Field(4, StringAttribute("a", "b")), VarintField(5, 7), Fixed32Field(6, 0x301)});

  const LinkView link(message);

  EXPECT_EQ(link.trace_id(), std::string(16, 't'));
  EXPECT_EQ(link.span_id(), std::string(8, 's'));
  EXPECT_EQ(link.trace_state(), "k=v");
  EXPECT_EQ(link.attributes().size(), 1U);
  EXPECT_EQ(link.dropped_attributes_count(), 7U);
  EXPECT_EQ(link.flags(), 0x301U);
}

TEST(AnyValueViewTest, ReadsEveryType) {
  using Type = AnyValueView::Type;
  const std::string text = Field(1, "text");
  const std::string yes = VarintField(2, 1);
  const std::string minus_one = VarintField(3, ~uint64_t{0});
  const std::string number = DoubleField(4, -1.5);
  const std::string list = Field(5, Field(1, Field(1, "a")) + Field(1, VarintField(3, 2)));
  const std::string map = Field(6, Field(1, StringAttribute("k", "v")));
  const std::string bytes = Field(7, "\xFF");

  EXPECT_EQ(AnyValueView(std::string_view()).type(), Type::kEmpty);
  EXPECT_EQ(AnyValueView(text).type(), Type::kString);
  EXPECT_EQ(AnyValueView(text).string_value(), "text");
  EXPECT_EQ(AnyValueView(yes).type(), Type::kBool);
  EXPECT_TRUE(AnyValueView(yes).bool_value());
  EXPECT_EQ(AnyValueView(minus_one).type(), Type::kInt);
  EXPECT_EQ(AnyValueView(minus_one).int_value(), -1);
  EXPECT_EQ(AnyValueView(number).type(), Type::kDouble);
  EXPECT_EQ(AnyValueView(number).double_value(), -1.5);
  EXPECT_EQ(AnyValueView(list).type(), Type::kArray);
  EXPECT_EQ(AnyValueView(list).array().size(), 2U);
  EXPECT_EQ((*AnyValueView(list).array().begin()).string_value(), "a");
  EXPECT_EQ(AnyValueView(map).type(), Type::kMap);
  EXPECT_EQ((*AnyValueView(map).map().begin()).key(), "k");
  EXPECT_EQ(AnyValueView(bytes).type(), Type::kBytes);
  EXPECT_EQ(AnyValueView(bytes).bytes_value(), "\xFF");
}

TEST(AnyValueViewTest, TheLastMemberOfTheOneofCounts) {
  const std::string value = Field(1, "text") + VarintField(3, 5);

  EXPECT_EQ(AnyValueView(value).type(), AnyValueView::Type::kInt);
  EXPECT_EQ(AnyValueView(value).int_value(), 5);
}

TEST(AnyValueViewTest, ArraysThatFollowOneAnotherAreOne) {
  const auto list = [](const std::string& text) {
    return Field(5, Field(1, Field(1, text)));
  };
  const std::string joined = list("a") + list("b");
  const std::string interrupted = list("a") + VarintField(3, 5) + list("b");

  EXPECT_EQ(AnyValueView(joined).array().size(), 2U);
  EXPECT_EQ(AnyValueView(interrupted).array().size(), 1U);
}

TEST(AttributeViewTest, AValueInPiecesIsOneValue) {
  const auto list = [](const std::string& text) {
    return Field(5, Field(1, Field(1, text)));
  };
  const std::string attribute = Field(2, list("a")) + Field(1, "key") + Field(2, list("b"));

  EXPECT_EQ(AttributeView(attribute).key(), "key");
  EXPECT_EQ(ValueOf(attribute).array().size(), 2U);
}

TEST(FindAttributeTest, FindsTheFirstWithThatKey) {
  const std::string message =
      Join({Field(9, StringAttribute("a", "1")), Field(5, "name"),
            Field(9, StringAttribute("b", "2")), Field(9, StringAttribute("b", "3"))});
  const SpanView span(message);

  EXPECT_EQ(FindAttribute(span.attributes(), "b")->string_value(), "2");
  EXPECT_FALSE(FindAttribute(span.attributes(), "c").has_value());
}

TEST(ResourceViewTest, ReadsAttributesAndSchemaUrl) {
  const std::string resource = Field(1, StringAttribute("k", "v")) + VarintField(2, 9);
  const ChunkPtr chunk =
      ChunkOf(Field(1, Field(1, resource) + Field(2, Field(2, "")) + Field(3, "url")));

  const ResourceView view(*chunk, chunk->resources[0]);

  EXPECT_EQ(FindAttribute(view.attributes(), "k")->string_value(), "v");
  EXPECT_EQ(view.dropped_attributes_count(), 9U);
  EXPECT_EQ(view.schema_url(), "url");
}

TEST(ResourceViewTest, AResourceInPiecesIsOneResource) {
  const auto piece = [](const std::string& key) {
    return Field(1, Field(1, StringAttribute(key, "v")));
  };
  const ChunkPtr chunk =
      ChunkOf(Field(1, piece("a") + Field(2, Field(2, "")) + Field(1, "") + piece("b")));

  const ResourceView view(*chunk, chunk->resources[0]);

  EXPECT_EQ(view.attributes().size(), 2U);
  EXPECT_TRUE(FindAttribute(view.attributes(), "b").has_value());
}

TEST(ScopeViewTest, ReadsEveryField) {
  const std::string scope = Join(
      {Field(1, "name"), Field(2, "1.0"), Field(3, StringAttribute("k", "v")), VarintField(4, 9)});
  const ChunkPtr chunk =
      ChunkOf(Field(1, Field(2, Field(1, scope) + Field(2, "") + Field(3, "url"))));

  const ScopeView view(*chunk, chunk->scopes[0].header);

  EXPECT_EQ(view.name(), "name");
  EXPECT_EQ(view.version(), "1.0");
  EXPECT_EQ(FindAttribute(view.attributes(), "k")->string_value(), "v");
  EXPECT_EQ(view.dropped_attributes_count(), 9U);
  EXPECT_EQ(view.schema_url(), "url");
}

TEST(ScopeViewTest, NoScopeIsAnEmptyOne) {
  const ChunkPtr chunk = ChunkOf(RequestWithSpan(""));

  EXPECT_EQ(ScopeView(*chunk, chunk->scopes[0].header).name(), "");
  EXPECT_TRUE(ResourceView(*chunk, chunk->resources[0]).attributes().empty());
}

}  // namespace
}  // namespace spanhold::otlp
