#include "src/journal/segment_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/journal/log_harness.h"
#include "tests/support/captured_log.h"
#include "tests/support/status_is.h"

namespace spanhold::journal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using Call = FakeFileSystem::Call;

const Status kNoSpace = absl::ResourceExhaustedError("No space left on device");
const Status kIoError = absl::DataLossError("Input/output error");

class SegmentLogTest : public testing::Test {
 protected:
  std::unique_ptr<SegmentLog> Open(SegmentLog::Options options = TwoLanes()) {
    StatusOr<std::unique_ptr<SegmentLog>> log =
        SegmentLog::Open(std::move(options), parts_.On(files_));
    EXPECT_THAT(log, IsOk());
    return *std::move(log);
  }
  size_t Count(std::string_view suffix) const {
    size_t count = 0;
    for (const std::string& path : files_.Paths()) {
      count += path.ends_with(suffix) ? 1 : 0;
    }
    return count;
  }

  FakeFileSystem files_;
  LogParts parts_;
};

TEST_F(SegmentLogTest, KeepsWhatIsAppendedForEveryLaneOfItsRoute) {
  const auto log = Open();

  ASSERT_THAT(log->Append({{"one", 0, 1}, {"two", 1, 1}}), IsOk());
  ASSERT_THAT(log->Append({{"three", 0, 1}}), IsOk());

  EXPECT_THAT(ReadJournal(files_), UnorderedElementsAre(Pair("one", ElementsAre("a", "b")),
                                                        Pair("two", ElementsAre("b")),
                                                        Pair("three", ElementsAre("a", "b"))));
}

TEST_F(SegmentLogTest, ForgetsPerLaneWhatIsReleased) {
  const auto log = Open();
  const uint64_t first = log->Append({{"one", 0, 1}, {"two", 0, 1}})->sequence;

  log->Release({{first, 0}, {first + 1, 0}, {first + 1, 1}});

  EXPECT_THAT(ReadJournal(files_), ElementsAre(Pair("one", ElementsAre("b"))));
}

TEST_F(SegmentLogTest, DeletesASegmentThatEveryLaneIsDoneWith) {
  const auto log = Open();
  const std::string large(3000, 'x');
  const uint64_t first = log->Append({{large, 1, 1}})->sequence;
  ASSERT_THAT(log->Append({{large, 1, 1}}), IsOk());
  EXPECT_EQ(Count(".seg"), 2U);

  log->Release({{first, 1}});

  EXPECT_EQ(Count(".seg"), 1U);
  EXPECT_EQ(Count(".rel"), 0U);
}

TEST_F(SegmentLogTest, LeavesNothingBehindWhenAllIsSettledAtTheEnd) {
  const auto log = Open();
  const uint64_t first = log->Append({{"one", 1, 1}})->sequence;
  log->Release({{first, 1}});

  log->Close();

  EXPECT_THAT(files_.Paths(), ElementsAre("/journal/lock"));
  EXPECT_EQ(parts_.report.disk_bytes(), 0);
}

TEST_F(SegmentLogTest, KeepsASegmentWhoseReleasesAreNotOnTheDisk) {
  const auto log = Open();
  const uint64_t first = log->Append({{"one", 1, 1}})->sequence;
  log->Release({{first, 1}});
  files_.Fail(Call::kSync, kIoError);

  log->Close();
  EXPECT_EQ(Count(".seg"), 1U);
  files_.Fail(Call::kSync, absl::OkStatus());
  log->Retry();

  EXPECT_EQ(Count(".seg"), 0U);
}

TEST_F(SegmentLogTest, WritesReleasesLaterThatCouldNotBeWritten) {
  const auto log = Open();
  const uint64_t first = log->Append({{"one", 0, 1}})->sequence;
  log->Release({{first, 0}});
  files_.SetFreeBytes(10);

  log->Release({{first, 1}});
  EXPECT_TRUE(log->wants_retry());
  EXPECT_EQ(parts_.report.failures(Failure::kRelease), 1U);
  EXPECT_THAT(ReadJournal(files_), ElementsAre(Pair("one", ElementsAre("b"))));
  files_.SetFreeBytes(1 << 20);
  log->Retry();

  EXPECT_FALSE(log->wants_retry());
  EXPECT_THAT(ReadJournal(files_), IsEmpty());
}

TEST_F(SegmentLogTest, CutsOffWhatCouldNotBeWritten) {
  const auto log = Open();
  ASSERT_THAT(log->Append({{"one", 0, 1}}), IsOk());
  files_.SetFreeBytes(50);

  EXPECT_THAT(log->Append({{std::string(100, 'x'), 0, 1}}),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("No space")));
  files_.SetFreeBytes(1 << 20);
  ASSERT_THAT(log->Append({{"two", 0, 1}}), IsOk());

  EXPECT_THAT(ReadJournal(files_), SizeIs(2));
  EXPECT_EQ(Count(".seg"), 2U);
}

TEST_F(SegmentLogTest, DoesNotTrustWhatAFailedSyncCovered) {
  const auto log = Open();
  ASSERT_THAT(log->Append({{"one", 0, 1}}), IsOk());
  files_.Fail(Call::kSync, kIoError);

  EXPECT_THAT(log->Append({{"two", 0, 1}}), StatusIs(absl::StatusCode::kDataLoss, testing::_));
  files_.Fail(Call::kSync, absl::OkStatus());
  const auto third = log->Append({{"three", 0, 1}});

  EXPECT_THAT(ReadJournal(files_),
              UnorderedElementsAre(Pair("one", SizeIs(2)), Pair("three", SizeIs(2))));
  EXPECT_EQ(Count(".seg"), 2U);
  EXPECT_EQ(parts_.report.failures(Failure::kSync), 1U);
}

TEST_F(SegmentLogTest, WritesInAsManyCallsAsItTakes) {
  const auto log = Open();
  files_.SetLargestWrite(7);

  ASSERT_THAT(log->Append({{"one", 0, 1}, {"", 1, 1}, {std::string(40, 'x'), 0, 1}}), IsOk());

  EXPECT_THAT(ReadJournal(files_), SizeIs(3));
}

TEST_F(SegmentLogTest, AProbeSaysWhetherItHeals) {
  const auto log = Open();
  files_.Fail(Call::kOpen, absl::PermissionDeniedError("Read-only file system"));
  EXPECT_FALSE(log->Append({{"one", 0, 1}}).ok());
  EXPECT_FALSE(log->Probe().ok());

  files_.Fail(Call::kOpen, absl::OkStatus());

  EXPECT_THAT(log->Probe(), IsOk());
  EXPECT_THAT(log->Append({{"one", 0, 1}}), IsOk());
}

TEST_F(SegmentLogTest, AProbeWantsRoomForWhatFailed) {
  const auto log = Open();
  const std::string large(1000, 'x');
  files_.SetFreeBytes(50);
  EXPECT_FALSE(log->Append({{large, 0, 1}}).ok());
  files_.SetFreeBytes(500);

  EXPECT_FALSE(log->Probe().ok());
  files_.SetFreeBytes(1 << 20);
  EXPECT_THAT(log->Probe(), IsOk());
  EXPECT_THAT(log->Append({{large, 0, 1}}), IsOk());

  EXPECT_THAT(ReadJournal(files_), SizeIs(1));
  EXPECT_EQ(Count(".seg"), 1U);
}

TEST_F(SegmentLogTest, IntervalSyncsWhenItIsAsked) {
  const auto log = Open(TwoLanes(SyncPolicy::kInterval));

  ASSERT_THAT(log->Append({{"one", 0, 1}}), IsOk());
  EXPECT_TRUE(log->dirty());
  EXPECT_THAT(log->Sync(), IsOk());

  EXPECT_FALSE(log->dirty());
}

TEST_F(SegmentLogTest, AFailedSyncOfAnIntervalKeepsWhatWasAnswered) {
  const auto log = Open(TwoLanes(SyncPolicy::kInterval));
  ASSERT_THAT(log->Append({{"one", 0, 1}}), IsOk());
  files_.Fail(Call::kSync, kIoError);

  EXPECT_FALSE(log->Sync().ok());
  files_.Fail(Call::kSync, absl::OkStatus());
  ASSERT_THAT(log->Append({{"two", 0, 1}}), IsOk());

  EXPECT_THAT(ReadJournal(files_), SizeIs(2));
  EXPECT_EQ(Count(".seg"), 2U);
}

TEST_F(SegmentLogTest, KnowsWhenItIsFullAndMakesRoom) {
  SegmentLog::Options options = TwoLanes();
  options.max_size = 3000;
  const auto log = Open(options);
  const uint64_t first = log->Append({{std::string(2000, 'x'), 1, 1}})->sequence;
  EXPECT_FALSE(log->Fits(1000));

  log->MakeRoom();
  EXPECT_FALSE(log->Fits(1000));
  log->Release({{first, 1}});
  log->MakeRoom();

  EXPECT_TRUE(log->Fits(1000));
}

TEST_F(SegmentLogTest, FindsTheSegmentsOfAnEarlierRunAndNeverUsesTheirSequencesAgain) {
  uint64_t before = 0;
  {
    const auto log = Open();
    before = log->Append({{"one", 0, 1}, {"two", 0, 1}})->sequence + 1;
    log->Close();
  }

  const auto log = Open();

  ASSERT_THAT(log->found(), SizeIs(1));
  EXPECT_GT(log->Append({{"three", 0, 1}})->sequence, before);
  EXPECT_THAT(ReadJournal(files_), SizeIs(3));
}

TEST_F(SegmentLogTest, ReleasesAnOldEntryByTheNamesOfLanes) {
  uint64_t sequence = 0;
  {
    const auto log = Open();
    sequence = log->Append({{"one", 0, 1}})->sequence;
    log->Close();
  }
  SegmentLog::Options options = TwoLanes();
  std::swap(options.lanes[0], options.lanes[1]);
  const auto log = Open(options);
  log->AddUnsettled(log->found().front().first, 2);
  log->ReadThrough(log->found().front().first);

  log->Release({{sequence, 0}});  // "b" now
  EXPECT_THAT(ReadJournal(files_), ElementsAre(Pair("one", ElementsAre("a"))));
  log->Release({{sequence, 1}});

  EXPECT_THAT(ReadJournal(files_), IsEmpty());
  EXPECT_EQ(Count(".seg"), 0U);
}

TEST_F(SegmentLogTest, AppendsReleasesBehindTheLastWholeOne) {
  uint64_t sequence = 0;
  {
    const auto log = Open();
    sequence = log->Append({{"one", 0, 1}})->sequence;
    log->Release({{sequence, 0}});
    log->Close();
  }
  const std::string path = ReleasesPath(kDirectory, sequence);
  files_.Put(path, files_.Content(path) + "torn");
  const auto log = Open();
  log->AddUnsettled(sequence, 1);

  log->Release({{sequence, 1}});

  EXPECT_THAT(ReadJournal(files_), IsEmpty());
}

TEST_F(SegmentLogTest, LeavesForeignAndNewerFilesAloneAndNamesThem) {
  files_.AddDirectory(kDirectory);
  files_.Put("/journal/notes.txt", "hello");
  files_.Put(SegmentPath(kDirectory, 5), std::string("SPANHJNL\x09\0\0\0\x10\0\0\0", 16));
  CapturedLog captured;

  const auto log = Open();
  ASSERT_THAT(log->Append({{"one", 0, 1}}), IsOk());

  EXPECT_THAT(captured.Take(), AllOf(HasSubstr("notes.txt"), HasSubstr("format version 9"),
                                     HasSubstr("00000000000000000005.seg")));
  EXPECT_EQ(files_.Content("/journal/notes.txt"), "hello");
  EXPECT_EQ(Count(".seg"), 2U);
}

TEST_F(SegmentLogTest, RemovesRemainsOfACrash) {
  files_.AddDirectory(kDirectory);
  files_.Put(SegmentPath(kDirectory, 5), "SPANHJ");
  files_.Put(ReleasesPath(kDirectory, 3), EncodeReleaseHeader());

  const auto log = Open();

  EXPECT_THAT(files_.Paths(), ElementsAre("/journal/lock"));
}

TEST_F(SegmentLogTest, IsRefusedADirectoryThatAnotherHas) {
  files_.Fail(Call::kLock, absl::FailedPreconditionError("'/journal/lock' is in use"));

  EXPECT_THAT(SegmentLog::Open(TwoLanes(), parts_.On(files_)).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("in use")));
}

}  // namespace
}  // namespace spanhold::journal
