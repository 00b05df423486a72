#include "src/journal/segment_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/journal/log_harness.h"
#include "tests/support/status_is.h"

namespace spanhold::journal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr uint64_t kSalt = 42;
const std::string kPath = "/journal/00000000000000000007.seg";

std::string Header() {
  return EncodeSegmentHeader({kSalt, 7, {{"traces", "a"}}, {{0}}});
}

std::string Entry(uint64_t sequence, const std::string& payload) {
  std::string bytes;
  AppendEntryHeader(
      {sequence, Checksum(payload, kSalt), static_cast<uint32_t>(payload.size()), 0, 1}, kSalt,
      bytes);
  return bytes + payload;
}

// What a reader makes of a segment.
struct Outcome {
  std::vector<std::string> payloads;
  std::vector<Damage> damage;
};

class SegmentReaderTest : public testing::Test {
 protected:
  StatusOr<std::unique_ptr<SegmentReader>> Open(std::string content) {
    files_.Put(kPath, std::move(content));
    return SegmentReader::Open(files_, kPath);
  }

  Outcome Read(std::string content) {
    const auto reader = Open(std::move(content)).value();
    Outcome outcome;
    while (reader->Next().value()) {
      if (auto payload = reader->Payload().value()) {
        outcome.payloads.push_back(*payload);
      }
    }
    outcome.damage = reader->TakeDamage();
    return outcome;
  }

  FakeFileSystem files_;
};

TEST_F(SegmentReaderTest, ReadsEntriesInOrder) {
  const Outcome outcome = Read(Header() + Entry(7, "one") + Entry(8, "") + Entry(9, "three"));

  EXPECT_THAT(outcome.payloads, ElementsAre("one", "", "three"));
  EXPECT_THAT(outcome.damage, IsEmpty());
}

TEST_F(SegmentReaderTest, EveryCutLeavesTheEntriesBeforeIt) {
  const std::string whole = Header() + Entry(7, "one") + Entry(8, "two");
  const size_t one_end = Header().size() + Entry(7, "one").size();
  for (size_t size = Header().size(); size < whole.size(); ++size) {
    const Outcome outcome = Read(whole.substr(0, size));

    EXPECT_EQ(outcome.payloads.size(), size < one_end ? 0U : 1U) << size;
    const bool at_edge = size == Header().size() || size == one_end;
    ASSERT_EQ(outcome.damage.size(), at_edge ? 0U : 1U) << size;
    EXPECT_TRUE(at_edge || outcome.damage[0].torn_tail) << size;
  }
}

TEST_F(SegmentReaderTest, EveryFlippedByteCostsItsOwnEntryAndIsTold) {
  const std::string before = Header() + Entry(7, "one");
  const std::string damaged = Entry(8, "two");
  for (size_t at = 0; at < damaged.size(); ++at) {
    std::string flipped = damaged;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x41);
    const Outcome outcome = Read(before + flipped + Entry(9, "three"));

    EXPECT_THAT(outcome.payloads, ElementsAre("one", "three")) << at;
    ASSERT_EQ(outcome.damage.size(), 1U) << at;
    EXPECT_EQ(outcome.damage[0].offset, before.size());
    EXPECT_EQ(outcome.damage[0].size, damaged.size());
    EXPECT_FALSE(outcome.damage[0].torn_tail);
  }
}

TEST_F(SegmentReaderTest, AnEntryInsideAPayloadIsNoEntry) {
  std::string other;
  AppendEntryHeader({8, Checksum("evil", kSalt + 1), 4, 0, 1}, kSalt + 1, other);
  std::string flipped = Entry(7, "xx" + other + "evil");
  flipped[5] ^= 1;  // its header

  const Outcome outcome = Read(Header() + flipped + Entry(8, "two"));

  EXPECT_THAT(outcome.payloads, ElementsAre("two"));
}

TEST_F(SegmentReaderTest, FindsAnEntryBehindMuchDamage) {
  const Outcome outcome = Read(Header() + std::string(200'000, '\xE5') + Entry(8, "two"));

  EXPECT_THAT(outcome.payloads, ElementsAre("two"));
  ASSERT_EQ(outcome.damage.size(), 1U);
  EXPECT_EQ(outcome.damage[0].size, 200'000U);
}

TEST_F(SegmentReaderTest, SaysWhyAFileIsNoSegment) {
  EXPECT_THAT(Open("spans, spans, spans, spans").status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("not a segment")));
  EXPECT_THAT(Open("").status(), StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("incomplete")));
  EXPECT_THAT(Open(Header().substr(0, 30)).status(),
              StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("incomplete")));
  std::string flipped = Header();
  flipped[Header().size() - 1] ^= 1;
  EXPECT_THAT(Open(flipped).status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("header is damaged")));
}

TEST_F(SegmentReaderTest, MayBeAskedAgainAfterAnErrorOfTheDisk) {
  const auto reader = Open(Header() + Entry(7, "one")).value();
  files_.Fail(FakeFileSystem::Call::kRead, absl::DataLossError("Input/output error"));
  EXPECT_FALSE(reader->Next().ok());

  files_.Fail(FakeFileSystem::Call::kRead, absl::OkStatus());

  EXPECT_EQ(reader->Next().value()->sequence, 7U);
  EXPECT_EQ(reader->Payload().value(), "one");
}

TEST(ReleasesTest, JoinsRunsInAnyOrder) {
  Releases releases;
  releases.Add({10, 2, 0});
  releases.Add({14, 1, 0});
  releases.Add({12, 2, 0});
  releases.Add({20, 1, 1});

  for (uint64_t sequence = 8; sequence < 22; ++sequence) {
    EXPECT_EQ(releases.Contains(0, sequence), sequence >= 10 && sequence < 15) << sequence;
    EXPECT_EQ(releases.Contains(1, sequence), sequence == 20) << sequence;
  }
}

TEST(ReleasesTest, CoalescesRunsOfALane) {
  const std::vector<ReleaseRecord> records = Coalesce({{5, 1}, {3, 0}, {4, 0}, {6, 1}, {9, 0}});

  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].first, 3U);
  EXPECT_EQ(records[0].count, 2U);
  EXPECT_EQ(records[1].first, 9U);
  EXPECT_EQ(records[2].lane, 1U);
  EXPECT_EQ(records[2].count, 2U);
}

TEST(ReleasesTest, SkipsADamagedRecord) {
  FakeFileSystem files;
  std::string content = EncodeReleaseHeader();
  AppendReleaseRecord({5, 1, 0}, kSalt, content);
  content[content.size() - 1] ^= 1;
  AppendReleaseRecord({6, 1, 0}, kSalt, content);
  files.Put("/r", content + "torn");

  const Releases releases = Releases::Read(files, "/r", kSalt).value();

  EXPECT_FALSE(releases.Contains(0, 5));
  EXPECT_TRUE(releases.Contains(0, 6));
  EXPECT_EQ(releases.damaged(), 1U);
}

}  // namespace
}  // namespace spanhold::journal
