#include "src/otlp/rewrite.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "src/otlp/decode.h"
#include "src/otlp/encode.h"
#include "src/otlp/views.h"
#include "tests/otlp/wire_build.h"
#include "tests/support/make_batch.h"

namespace spanhold::otlp {
namespace {

BatchPart PartOf(const std::string& request) {
  ChunkPtr chunk = *Decode(Bytes::Copy(request, TestBudget()));
  const auto count = static_cast<uint32_t>(chunk->spans.size());
  return {std::move(chunk), nullptr, {{0, count}}};
}

BatchPart Replace(const BatchPart& part, const std::vector<TraceStateChange>& changes) {
  return ReplaceTraceStates(part, changes, TestBudget());
}

std::string Encoded(BatchPart part) {
  TraceBatch batch;
  batch.Append(std::move(part));
  return std::string(Encode(batch, TestBudget()).view());
}

// The only span of `request`, changed.
std::string ChangedSpan(const std::string& span, const std::string& trace_state) {
  const BatchPart part = Replace(PartOf(RequestWithSpan(span)), {{0, trace_state}});
  return std::string(part.chunk->span_message(0));
}

TEST(ReplaceTraceStatesTest, ReplacesTheField) {
  const std::string before = Field(1, std::string(16, 't'));
  const std::string after = Field(5, "name");

  const std::string span = ChangedSpan(before + Field(3, "old") + after, "new");

  EXPECT_EQ(SpanView(span).trace_state(), "new");
  EXPECT_EQ(SpanView(span).name(), "name");
}

TEST(ReplaceTraceStatesTest, AddsItWhereThereWasNone) {
  EXPECT_EQ(ChangedSpan(Field(5, "name"), "new"), Field(5, "name") + Field(3, "new"));
  EXPECT_EQ(ChangedSpan("", "new"), Field(3, "new"));
}

TEST(ReplaceTraceStatesTest, AnEmptyOneRemovesTheField) {
  EXPECT_EQ(ChangedSpan(Field(3, "a") + Field(5, "name") + Field(3, "b"), ""), Field(5, "name"));
  EXPECT_EQ(ChangedSpan(Field(5, "name"), ""), Field(5, "name"));
}

TEST(ReplaceTraceStatesTest, KeepsEveryOtherByteInOrder) {
  const std::string before = Field(999, "\xFF") + Fixed32Field(16, 1);
  const std::string middle =
      Field(5, "name") + VarintField(6, 1) + Tag(5, 2) + "\x81" + std::string(1, '\0') + "x";
  const std::string after = Field(9, StringAttribute("k", "v"));

  EXPECT_EQ(ChangedSpan(Join({before, Field(3, "a"), middle, Field(3, "b"), after}), ""),
            before + middle + after);
}

TEST(ReplaceTraceStatesTest, TheTraceIdIsFoundWhereItIsNow) {
  const std::string trace_id(16, 't');
  for (const std::string& span :
       {Field(1, trace_id) + Field(3, "old"), Field(3, "old") + Field(1, trace_id),
        Field(3, "old") + Field(1, std::string(16, 'x')) + Field(3, "old") + Field(1, trace_id)}) {
    const BatchPart part = Replace(PartOf(RequestWithSpan(span)), {{0, "new"}});
    EXPECT_EQ(part.chunk->trace_id(0), trace_id);
  }
  EXPECT_EQ(Replace(PartOf(RequestWithSpan("")), {{0, "new"}}).chunk->trace_id(0), "");
}

TEST(ReplaceTraceStatesTest, HoldsTheChangedSpansAlone) {
  const BatchPart part = PartOf(MakeRequest(NumberedSpans(10)));

  const BatchPart changed = Replace(part, {{2, "a=1"}, {3, "a=2"}, {7, "a=3"}});

  ASSERT_EQ(changed.span_count(), 3U);
  ASSERT_EQ(changed.chunk->spans.size(), 3U);
  EXPECT_EQ(SpanView(changed.chunk->span_message(0)).name(), "span-2");
  EXPECT_EQ(SpanView(changed.chunk->span_message(1)).name(), "span-3");
  EXPECT_EQ(SpanView(changed.chunk->span_message(2)).name(), "span-7");
  EXPECT_EQ(SpanView(changed.chunk->span_message(2)).trace_state(), "a=3");
}

TEST(ReplaceTraceStatesTest, KeepsTheSettlement) {
  RecordingObserver observer;
  const auto settlement =
      std::make_shared<Settlement>(1, 1, std::vector<LaneRange>{{0, 1}}, observer);
  BatchPart part = PartOf(MakeRequest(NumberedSpans(1)));
  part.settlement = settlement;

  const BatchPart changed = Replace(part, {{0, "a=1"}});

  EXPECT_EQ(changed.settlement, settlement);
  settlement->Settle(0, 1);
}

TEST(ReplaceTraceStatesTest, KeepsHeadersSoThatChangedAndUnchangedSpansAreGroupedAgain) {
  const std::string scope = Field(1, Field(1, "scope"));
  const std::string url = Field(3, "url");
  const auto span = [](const std::string& fields) {
    return Field(2, Field(5, fields));
  };
  const std::string other_scope = Field(2, Field(1, Field(1, "other")) + span("c"));
  BatchPart part = PartOf(
      Field(1, Field(1, "") + Field(2, scope + span("a") + url + span("b")) + other_scope + url));
  const BatchPart changed = Replace(part, {{1, "k=v"}, {2, "k=v"}});
  part.ranges = {{0, 1}};
  TraceBatch batch;
  batch.Append(part);
  batch.Append(changed);

  const Bytes encoded = Encode(batch, TestBudget());

  const auto with_state = [](const std::string& name) {
    return Field(2, Field(5, name) + Field(3, "k=v"));
  };
  EXPECT_EQ(
      encoded.view(),
      Field(1, Join({Field(1, ""), url, Field(2, Join({scope, url, span("a"), with_state("b")})),
                     Field(2, Field(1, Field(1, "other")) + with_state("c"))})));
}

// What a batch selects from must be a request like any other.
TEST(ReplaceTraceStatesTest, ItsBytesDecodeToTheSameChunk) {
  const BatchPart part =
      PartOf(MakeRequest(NumberedSpans(3), "a") + RequestWithSpan(Field(5, "x")) +
             Field(1, Field(3, "url") + Field(2, Field(2, Field(3, "old")) + Field(2, ""))));

  const BatchPart changed =
      Replace(part, {{0, "a=1"}, {2, "a=2"}, {3, "a=3"}, {4, "a=4"}, {5, ""}});
  const BatchPart decoded = PartOf(std::string(changed.chunk->bytes.view()));

  ASSERT_EQ(decoded.chunk->spans.size(), changed.chunk->spans.size());
  EXPECT_EQ(Encoded(decoded), Encoded(changed));
  for (uint32_t i = 0; i < decoded.chunk->spans.size(); ++i) {
    EXPECT_EQ(decoded.chunk->span_entry(i), changed.chunk->span_entry(i));
    EXPECT_EQ(decoded.chunk->spans[i].trace_id, changed.chunk->spans[i].trace_id);
    EXPECT_EQ(decoded.chunk->spans[i].scope, changed.chunk->spans[i].scope);
  }
  ASSERT_EQ(decoded.chunk->resources.size(), changed.chunk->resources.size());
  for (size_t i = 0; i < decoded.chunk->resources.size(); ++i) {
    EXPECT_EQ(decoded.chunk->resources[i].hash, changed.chunk->resources[i].hash);
  }
}

TEST(ReplaceTraceStatesTest, ChargesTheBudgetPastItsLimit) {
  MemoryBudget budget(1);

  const BatchPart changed = ReplaceTraceStates(PartOf(MakeRequest(NumberedSpans(1))),
                                               std::vector<TraceStateChange>{{0, "a=1"}}, budget);

  EXPECT_EQ(budget.used(), changed.chunk->bytes.size());
}

}  // namespace
}  // namespace spanhold::otlp
