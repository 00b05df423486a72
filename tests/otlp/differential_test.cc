// Random requests through everything in src/otlp, compared with what the generated protobuf classes
// make of the same bytes.

#include <string>

#include <gtest/gtest.h>

#include "src/otlp/decode.h"
#include "src/otlp/encode.h"
#include "src/otlp/json_decode.h"
#include "src/otlp/json_encode.h"
#include "tests/otlp/random_request.h"
#include "tests/otlp/rebuild.h"
#include "tests/support/make_batch.h"
#include "tests/support/status_is.h"

namespace spanhold::otlp {
namespace {

using pb_collector::ExportTraceServiceRequest;

TraceBatch WholeBatch(ChunkPtr chunk) {
  return TraceBatch::Whole(std::move(chunk), nullptr);
}

// Views leave these out.
std::vector<FlatSpan> WithoutEntities(std::vector<FlatSpan> spans) {
  for (FlatSpan& flat : spans) {
    flat.resource.mutable_resource()->clear_entity_refs();
  }
  return spans;
}

ExportTraceServiceRequest Parse(std::string_view bytes) {
  ExportTraceServiceRequest request;
  EXPECT_TRUE(request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return request;
}

void ExpectViewsRead(const ExportTraceServiceRequest& expected, const TraceBatch& batch) {
  const std::vector<FlatSpan> want = WithoutEntities(Flatten(expected));
  const std::vector<FlatSpan> got = Flatten(batch);
  ASSERT_EQ(want.size(), got.size());
  for (size_t i = 0; i < want.size(); ++i) {
    ASSERT_EQ(Difference(want[i], got[i]), "");
  }
}

constexpr uint64_t kSeeds = 40;
constexpr int kMutationsPerSeed = 25;

TEST(DifferentialTest, ViewsReadWhatProtobufReads) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    RandomRequests random(seed);
    const ExportTraceServiceRequest request = random.Next();

    auto chunk = Decode(Bytes::Copy(request.SerializeAsString(), TestBudget()));

    ASSERT_THAT(chunk, IsOk());
    ExpectViewsRead(request, WholeBatch(*chunk));
  }
}

TEST(DifferentialTest, EncodedBatchesHoldTheSameSpans) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    RandomRequests random(seed);
    const ExportTraceServiceRequest first = random.Next();
    const ExportTraceServiceRequest second = random.Next();
    TraceBatch batch;
    for (const auto& request : {first, second, first}) {
      auto chunk = Decode(Bytes::Copy(request.SerializeAsString(), TestBudget()));
      ASSERT_THAT(chunk, IsOk());
      batch.Append(WholeBatch(*chunk));
    }

    const Bytes encoded = Encode(batch, TestBudget());

    ExportTraceServiceRequest all = first;
    all.MergeFrom(second);
    all.MergeFrom(first);
    EXPECT_EQ(Difference(Flatten(all), Flatten(Parse(encoded.view()))), "");
  }
}

TEST(DifferentialTest, JsonKeepsEverythingThatHasAName) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    RandomRequests random(seed);
    const ExportTraceServiceRequest request = random.Next();
    auto chunk = Decode(Bytes::Copy(request.SerializeAsString(), TestBudget()));
    ASSERT_THAT(chunk, IsOk());

    const Bytes json = EncodeJson(WholeBatch(*chunk), TestBudget());
    auto again = DecodeJson(json.view(), TestBudget());

    ASSERT_THAT(again, IsOk()) << json.view();
    EXPECT_EQ(Difference(Flatten(request), Flatten(Parse((*again)->bytes.view()))), "");
  }
}

// Whatever Decode() lets in, every other reader must be able to read: one client may not spoil a
// batch for the others.
TEST(DifferentialTest, ProtobufParsesWhateverDecodeAccepts) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    RandomRequests random(seed);
    const std::string original = random.Next().SerializeAsString();
    for (int i = 0; i < kMutationsPerSeed; ++i) {
      const std::string mutated = random.Mutate(original);
      auto chunk = Decode(Bytes::Copy(mutated, TestBudget()));
      if (!chunk.ok()) {
        continue;
      }
      ExportTraceServiceRequest parsed;
      ASSERT_TRUE(parsed.ParseFromString(mutated));
      ExpectViewsRead(parsed, WholeBatch(*chunk));

      const Bytes encoded = Encode(WholeBatch(*chunk), TestBudget());
      ASSERT_EQ(Difference(Flatten(parsed), Flatten(Parse(encoded.view()))), "");

      const Bytes json = EncodeJson(WholeBatch(*chunk), TestBudget());
      auto from_json = DecodeJson(json.view(), TestBudget());
      ASSERT_THAT(from_json, IsOk()) << json.view();
      ASSERT_EQ(Difference(Flatten(parsed), Flatten(Parse((*from_json)->bytes.view()))), "");
    }
  }
}

}  // namespace
}  // namespace spanhold::otlp
