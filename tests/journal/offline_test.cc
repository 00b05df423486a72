#include "src/journal/offline.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/journal/log_harness.h"
#include "tests/support/make_batch.h"
#include "tests/support/status_is.h"

namespace spanhold::journal {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A journal with three requests for the exporters a and b: a has settled all, b the second alone.
class OfflineTest : public testing::Test {
 protected:
  OfflineTest() {
    auto log = SegmentLog::Open(TwoLanes(), parts_.On(files_)).value();
    const std::string first = Request("first");
    const std::string second = Request("second");
    const std::string third = Request("third");
    const auto place = log->Append({{first, 0, 1}, {second, 0, 1}, {third, 0, 1}}).value();
    log->Release({{place.sequence, 0},
                  {place.sequence + 1, 0},
                  {place.sequence + 1, 1},
                  {place.sequence + 2, 0}});
    log->Close();
  }

  static std::string Request(const std::string& name) {
    SpanSpec span;
    span.name = name;
    return MakeRequest({span});
  }
  Output Out() {
    return [this](std::string_view text) {
      output_ += text;
    };
  }
  void Damage(const std::string& what) {
    std::string content = files_.Content(Path());
    content[content.find(what)] ^= 1;
    files_.Put(Path(), content);
  }
  static std::string Path() { return SegmentPath(kDirectory, 1); }

  FakeFileSystem files_;
  LogParts parts_;
  std::string output_;
};

TEST_F(OfflineTest, InspectSaysWhatEachEntryWaitsFor) {
  EXPECT_THAT(Inspect(files_, kDirectory, Out()), IsOk());

  EXPECT_THAT(output_,
              AllOf(HasSubstr(Path()), HasSubstr("for traces > a, traces > b\n"),
                    HasSubstr("entry 1, 1 spans"), HasSubstr("bytes, waits for traces > b\n"),
                    HasSubstr("bytes, delivered\n"),
                    HasSubstr("1 segments, 3 entries, 3 spans, 2 of them not delivered")));
}

TEST_F(OfflineTest, VerifyIsContentWithAGoodJournal) {
  EXPECT_THAT(Verify(files_, kDirectory, Out()), IsOk());

  EXPECT_THAT(output_, HasSubstr("0 damaged, 0 unfinished writes, 0 other files"));
}

TEST_F(OfflineTest, VerifyNamesTheOffsetOfDamage) {
  Damage("second");

  EXPECT_THAT(Verify(files_, kDirectory, Out()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("1 places are damaged")));

  EXPECT_THAT(output_, AllOf(HasSubstr(Path() + ": offset "), HasSubstr("bytes are damaged"),
                             HasSubstr("2 entries")));
}

TEST_F(OfflineTest, AnUnfinishedWriteIsNoDamage) {
  files_.Put(Path(), files_.Content(Path()) + "\xE5SPN");

  EXPECT_THAT(Verify(files_, kDirectory, Out()), IsOk());

  EXPECT_THAT(output_, HasSubstr("1 unfinished writes"));
}

TEST_F(OfflineTest, VerifyNamesForeignFiles) {
  files_.Put(kDirectory + "/notes.txt", "mine");

  EXPECT_THAT(Verify(files_, kDirectory, Out()), IsOk());

  EXPECT_THAT(output_, HasSubstr("notes.txt: is no file of a journal"));
}

TEST_F(OfflineTest, ExportWritesWhatIsNotDelivered) {
  EXPECT_THAT(Export(files_, kDirectory, false, Out()), IsOk());

  EXPECT_THAT(output_, AllOf(HasSubstr(R"("name":"first")"), HasSubstr(R"("name":"third")"),
                             Not(HasSubstr("second"))));
  EXPECT_EQ(std::count(output_.begin(), output_.end(), '\n'), 2);
}

TEST_F(OfflineTest, ExportWritesAllWhenAskedTo) {
  EXPECT_THAT(Export(files_, kDirectory, true, Out()), IsOk());

  EXPECT_EQ(std::count(output_.begin(), output_.end(), '\n'), 3);
}

TEST_F(OfflineTest, ExportGoesOnBehindDamageAndSaysThatThereWasSome) {
  Damage("first");

  EXPECT_THAT(Export(files_, kDirectory, false, Out()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("1 places are damaged")));

  EXPECT_THAT(output_, HasSubstr("third"));
}

TEST_F(OfflineTest, TheJournalOfARunningDaemonIsLeftAlone) {
  files_.Fail(FakeFileSystem::Call::kLock, absl::FailedPreconditionError("in use"));

  EXPECT_THAT(Inspect(files_, kDirectory, Out()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("in use")));
  EXPECT_THAT(output_, IsEmpty());
}

}  // namespace
}  // namespace spanhold::journal
