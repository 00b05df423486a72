#include "src/exporter/jaeger/split.h"

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/otlp/views.h"
#include "tests/exporter/jaeger/request_builder.h"

namespace spanhold::jaeger {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Spans named by `names` under the service `service`.
void AddSpans(OtlpRequest& request, const std::string& service,
              const std::vector<std::string>& names) {
  auto& resource = *request.add_resource_spans();
  Attribute(*resource.mutable_resource(), "service.name").set_string_value(service);
  auto& scope = *resource.add_scope_spans();
  for (const std::string& name : names) {
    scope.add_spans()->set_name(name);
  }
}

std::vector<std::string> Names(const otlp::TraceBatch& batch) {
  std::vector<std::string> names;
  batch.ForEachSpan([&](const otlp::BatchPart& part, uint32_t index) {
    names.emplace_back(otlp::SpanView(part.chunk->span_message(index)).name());
  });
  return names;
}

std::vector<std::vector<std::string>> Names(const std::vector<otlp::TraceBatch>& batches) {
  std::vector<std::vector<std::string>> names;
  for (const otlp::TraceBatch& batch : batches) {
    names.push_back(Names(batch));
  }
  return names;
}

TEST(SplitByProcessTest, LeavesTheSpansOfOneProcessTogether) {
  OtlpRequest request;
  AddSpans(request, "a", {"1", "2"});
  otlp::TraceBatch batch = BatchOf(request);
  batch.Append(BatchOf(request));

  EXPECT_THAT(Names(SplitByProcess(batch)), ElementsAre(ElementsAre("1", "2", "1", "2")));
}

TEST(SplitByProcessTest, GathersTheSpansOfEachProcessFromAllRequests) {
  OtlpRequest first;
  AddSpans(first, "a", {"a1", "a2"});
  AddSpans(first, "b", {"b1"});
  AddSpans(first, "a", {"a3"});
  OtlpRequest second;
  AddSpans(second, "b", {"b2"});
  AddSpans(second, "c", {"c1"});
  AddSpans(second, "a", {"a4"});
  otlp::TraceBatch batch = BatchOf(first);
  batch.Append(BatchOf(second));

  EXPECT_THAT(
      Names(SplitByProcess(batch)),
      ElementsAre(ElementsAre("a1", "a2", "a3", "a4"), ElementsAre("b1", "b2"), ElementsAre("c1")));
}

TEST(SplitByProcessTest, StartsANewRequestWhereOneWouldGetTooLarge) {
  OtlpRequest request;
  AddSpans(request, "a", {"a1", "a2", "a3"});
  AddSpans(request, "b", {"b1"});
  const uint64_t span_bytes = BatchOf(request).parts()[0].chunk->spans[0].message.size();

  EXPECT_THAT(Names(SplitByProcess(BatchOf(request), 2 * span_bytes)),
              ElementsAre(ElementsAre("a1", "a2"), ElementsAre("a3"), ElementsAre("b1")));
}

TEST(SplitByProcessTest, GivesASpanLargerThanARequestOneOfItsOwn) {
  OtlpRequest request;
  AddSpans(request, "a", {"1", std::string(100, 'x'), "3"});

  EXPECT_THAT(SplitByProcess(BatchOf(request), 50), SizeIs(3));
}

TEST(SplitByProcessTest, KeepsTheSettlementOfEachSpan) {
  OtlpRequest request;
  AddSpans(request, "a", {"a1"});
  AddSpans(request, "b", {"b1", "b2"});
  RecordingObserver observer;
  const auto settlement =
      std::make_shared<otlp::Settlement>(1, 3, std::vector<otlp::LaneRange>{{0, 1}}, observer);
  const auto batch = otlp::TraceBatch::Whole(BatchOf(request).parts()[0].chunk, settlement);

  for (const otlp::TraceBatch& part : SplitByProcess(batch)) {
    part.parts()[0].settlement->Settle(0, part.span_count());
  }

  EXPECT_EQ(observer.lanes_settled, 1U);
}

TEST(SplitByProcessTest, TakesOnlyTheSelectedSpans) {
  OtlpRequest request;
  AddSpans(request, "a", {"a1", "a2", "a3"});
  otlp::TraceBatch batch = BatchOf(request);
  const otlp::TraceBatch front = batch.TakeFront(1);

  EXPECT_THAT(Names(SplitByProcess(front)), ElementsAre(ElementsAre("a1")));
  EXPECT_THAT(Names(SplitByProcess(batch)), ElementsAre(ElementsAre("a2", "a3")));
}

TEST(SplitByProcessTest, MakesNothingOfNothing) {
  EXPECT_THAT(SplitByProcess({}), IsEmpty());
}

}  // namespace
}  // namespace spanhold::jaeger
