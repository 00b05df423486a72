#include "src/otlp/grouping.h"

#include <memory>
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

HeaderRef ResourceOf(const ChunkPtr& chunk) {
  return {chunk.get(), &chunk->resources[0]};
}

// A chunk with one span whose resource consists of these fields, the second ones after the span.
ChunkPtr ChunkWithResource(const std::string& before, const std::string& after = "") {
  return ChunkOf(Field(1, before + Field(2, Field(2, "")) + after));
}

TEST(SameBytesTest, HeadersOfDifferentChunksAreTheSameWhenTheirBytesAre) {
  const ChunkPtr a = ChunkWithResource(Field(3, "url"));
  const ChunkPtr b = ChunkWithResource(Field(3, "url"));
  const ChunkPtr c = ChunkWithResource(Field(3, "URL"));

  EXPECT_TRUE(SameBytes(ResourceOf(a), ResourceOf(b)));
  EXPECT_FALSE(SameBytes(ResourceOf(a), ResourceOf(c)));
}

TEST(SameBytesTest, ItDoesNotMatterWhereTheBytesAreCut) {
  const std::string resource = Field(1, Field(1, StringAttribute("k", "v")));
  const std::string url = Field(3, "url");
  const ChunkPtr whole = ChunkWithResource(resource + url + url);
  const ChunkPtr cut_early = ChunkWithResource(resource, url + url);
  const ChunkPtr cut_late = ChunkWithResource(resource + url, url);

  EXPECT_TRUE(SameBytes(ResourceOf(whole), ResourceOf(cut_early)));
  EXPECT_TRUE(SameBytes(ResourceOf(cut_early), ResourceOf(cut_late)));
}

TEST(SameBytesTest, HeadersWithoutBytesAreTheSame) {
  EXPECT_TRUE(SameBytes(ResourceOf(ChunkWithResource("")), ResourceOf(ChunkWithResource(""))));
}

// A chunk whose resource has this hash whatever its bytes are.
ChunkPtr WithHash(const ChunkPtr& chunk, uint64_t hash) {
  auto copy = std::make_shared<Chunk>();
  copy->bytes = Bytes::Copy(chunk->bytes.view(), TestBudget());
  copy->header_extents = chunk->header_extents;
  copy->resources = chunk->resources;
  copy->resources[0].hash = hash;
  copy->scopes = chunk->scopes;
  copy->spans = chunk->spans;
  return copy;
}

TEST(GroupSpansTest, DifferentBytesOfEqualHashStayApart) {
  TraceBatch batch;
  for (const std::string url : {"one", "two", "one", "2-2"}) {
    batch.Append(TraceBatch::Whole(WithHash(ChunkWithResource(Field(3, url)), 7), nullptr));
  }

  const std::vector<ResourceGroup> groups = GroupSpans(batch);

  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].scopes[0].runs.size(), 2U);
}

TEST(GroupSpansTest, SpansThatFollowOneAnotherAreOneRun) {
  const ChunkPtr chunk = ChunkOf(Field(1, Field(2, Field(2, "") + Field(2, "") + Field(2, ""))));

  const auto groups = GroupSpans(TraceBatch::Whole(chunk, nullptr));

  ASSERT_EQ(groups.size(), 1U);
  ASSERT_EQ(groups[0].scopes[0].runs.size(), 1U);
  EXPECT_EQ(groups[0].scopes[0].runs[0].entries(), Field(2, "") + Field(2, "") + Field(2, ""));
}

TEST(GroupSpansTest, AFieldBetweenTwoSpansEndsTheRun) {
  const ChunkPtr chunk = ChunkOf(Field(1, Field(2, Field(2, "") + Field(3, "url") + Field(2, ""))));

  const auto groups = GroupSpans(TraceBatch::Whole(chunk, nullptr));

  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].scopes[0].runs.size(), 2U);
  EXPECT_EQ(groups[0].scopes[0].entry_bytes, 2 * Field(2, "").size());
}

TEST(GroupSpansTest, ManyResourcesAreEachFoundAgain) {
  TraceBatch batch;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 500; ++i) {
      const std::string url = "url-" + std::to_string(i);
      batch.Append(TraceBatch::Whole(ChunkWithResource(Field(3, url)), nullptr));
    }
  }

  const auto groups = GroupSpans(batch);

  ASSERT_EQ(groups.size(), 500U);
  for (const ResourceGroup& group : groups) {
    ASSERT_EQ(group.scopes.size(), 1U);
    EXPECT_EQ(group.scopes[0].runs.size(), 2U);
  }
}

}  // namespace
}  // namespace spanhold::otlp
