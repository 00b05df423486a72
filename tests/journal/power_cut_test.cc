// What a power failure may leave of a journal: at every moment of a small history, for every state
// that the syncs allow, the journal opens, and has each entry that was confirmed and not released.

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/journal/log_harness.h"
#include "tests/journal/power_cut_file_system.h"
#include "tests/support/status_is.h"

namespace spanhold::journal {
namespace {

using Files = PowerCutFileSystem::Files;

// A history of appends and releases, chosen by the digits of `seed`, and what was promised so far.
class History {
 public:
  explicit History(uint64_t seed) : choices_(seed) {}

  // `moment` is called at each moment at which the power may fail.
  void Run(int steps, const std::function<void()>& moment) {
    files_.AtEachMoment(moment);
    log_ = SegmentLog::Open(SmallSegments(), parts_.On(files_)).value();
    for (int step = 0; step < steps; ++step) {
      Step();
      moment();
    }
    log_->Close();
    moment();
  }

  // Confirmed and not settled: must be there. Confirmed at all, or under way: may be there.
  const Unsettled& promised() const { return promised_; }
  const Unsettled& known() const { return known_; }
  const PowerCutFileSystem& files() const { return files_; }

  static SegmentLog::Options SmallSegments() {
    SegmentLog::Options options = TwoLanes();
    options.segment_size = 250;  // two or three entries
    return options;
  }

 private:
  void Step() {
    switch (Choose(4)) {
      case 0:
        Append(1);
        break;
      case 1:
        Append(2);
        break;
      case 2:
        Release();
        break;
      case 3:
        parts_.clock.Advance(std::chrono::seconds(1));  // the next sync takes the releases along
        Append(1);
        break;
    }
  }

  uint64_t Choose(uint64_t count) {
    const uint64_t choice = choices_ % count;
    choices_ /= count;
    return choice;
  }

  void Append(size_t count) {
    std::vector<std::string> payloads;
    std::vector<SegmentLog::NewEntry> entries;
    for (size_t i = 0; i < count; ++i) {
      payloads.push_back("payload-" + std::to_string(++last_payload_));
      known_[payloads.back()] = {"a", "b"};
    }
    for (const std::string& payload : payloads) {
      entries.push_back({payload, 0, 1});
    }
    const uint64_t first = log_->Append(entries).value().sequence;
    for (size_t i = 0; i < count; ++i) {
      promised_[payloads[i]] = {"a", "b"};
      open_.push_back({first + i, 0, payloads[i]});
      open_.push_back({first + i, 1, payloads[i]});
    }
  }

  void Release() {
    if (open_.empty()) {
      return;
    }
    const Open released = open_.front();
    open_.erase(open_.begin());
    promised_[released.payload].erase(released.lane == 0 ? "a" : "b");
    log_->Release({{released.sequence, released.lane}});
  }

  struct Open {
    uint64_t sequence;
    uint32_t lane;
    std::string payload;
  };

  uint64_t choices_;
  LogParts parts_;
  FakeFileSystem live_;
  PowerCutFileSystem files_{live_};
  std::unique_ptr<SegmentLog> log_;
  uint64_t last_payload_ = 0;
  std::vector<Open> open_;
  Unsettled promised_;
  Unsettled known_;
};

void ExpectKeepsItsPromise(const History& history, const Files& files) {
  FakeFileSystem after;
  after.AddDirectory(kDirectory);
  for (const auto& [path, content] : files) {
    after.Put(path, content);
  }
  LogParts parts;
  auto log = SegmentLog::Open(History::SmallSegments(), parts.On(after));
  ASSERT_THAT(log, IsOk());
  const Unsettled left = ReadJournal(after);
  for (const auto& [payload, lanes] : history.promised()) {
    for (const std::string& lane : lanes) {
      EXPECT_TRUE(left.contains(payload) && left.at(payload).contains(lane)) << payload << lane;
    }
  }
  for (const auto& [payload, lanes] : left) {
    EXPECT_TRUE(history.known().contains(payload)) << "made up: " << payload;
  }
  EXPECT_THAT((*log)->Append({{"new", 0, 1}}), IsOk());
}

void CutThePowerEverywhere(uint64_t seed, int steps) {
  History history(seed);
  history.Run(steps, [&] {
    for (const Files& files : history.files().AfterPowerCut()) {
      if (!testing::Test::HasFailure()) {
        ExpectKeepsItsPromise(history, files);
      }
    }
  });
}

TEST(PowerCutTest, EveryConfirmedEntryIsThereInAllShortHistories) {
  for (uint64_t seed = 0; seed < 4 * 4 * 4 * 4; ++seed) {
    CutThePowerEverywhere(seed, 4);
  }
}

TEST(PowerCutTest, EveryConfirmedEntryIsThereInSomeLongHistories) {
  Random random(7);
  for (int i = 0; i < 8; ++i) {
    CutThePowerEverywhere(static_cast<uint64_t>(random.Uniform() * 0x1p53), 16);
  }
}

}  // namespace
}  // namespace spanhold::journal
