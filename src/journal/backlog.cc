#include "src/journal/backlog.h"

#include <algorithm>

#include "src/core/check.h"

namespace spanhold::journal {

void Backlog::Push(const Stretch& stretch) {
  const MutexLock lock(mutex_);
  uint64_t begin = stretch.begin;
  if (!broken_ && !stretches_.empty() && stretches_.back().segment == stretch.segment) {
    begin = stretches_.back().end;
    stretches_.back().end = stretch.end;
    stretches_.back().spans += stretch.spans;
  } else {
    stretches_.push_back(stretch);
  }
  report_.Waiting(static_cast<int64_t>(stretch.spans), static_cast<int64_t>(stretch.end - begin));
  broken_ = false;
  empty_ = false;
}

void Backlog::Break() {
  const MutexLock lock(mutex_);
  broken_ = true;
}

std::optional<Stretch> Backlog::Front() const {
  const MutexLock lock(mutex_);
  return stretches_.empty() ? std::nullopt : std::optional(stretches_.front());
}

std::optional<Stretch> Backlog::FirstUncounted() const {
  const MutexLock lock(mutex_);
  const auto uncounted = std::find_if(stretches_.begin(), stretches_.end(),
                                      [](const Stretch& stretch) { return !stretch.counted; });
  return uncounted == stretches_.end() ? std::nullopt : std::optional(*uncounted);
}

void Backlog::Count(uint64_t segment, uint64_t spans) {
  const MutexLock lock(mutex_);
  const auto stretch =
      std::find_if(stretches_.begin(), stretches_.end(), [segment](const Stretch& candidate) {
        return candidate.of_earlier_run && candidate.segment == segment;
      });
  SPANHOLD_CHECK(stretch != stretches_.end());
  stretch->spans += spans;
  stretch->counted = true;
  report_.Waiting(static_cast<int64_t>(spans), 0);
}

void Backlog::Advance(uint64_t begin, uint64_t spans) {
  const MutexLock lock(mutex_);
  Stretch& front = stretches_.front();
  SPANHOLD_CHECK(begin <= front.end && spans <= front.spans);
  report_.Waiting(-static_cast<int64_t>(spans), -static_cast<int64_t>(begin - front.begin));
  front.begin = begin;
  front.spans -= spans;
}

uint64_t Backlog::Finish(uint64_t end) {
  const MutexLock lock(mutex_);
  const Stretch& front = stretches_.front();
  if (front.end != end) {
    return 0;
  }
  const uint64_t lost = front.spans;
  report_.Waiting(-static_cast<int64_t>(lost), -static_cast<int64_t>(end - front.begin));
  report_.Lost(lost);
  stretches_.pop_front();
  empty_ = stretches_.empty();
  return lost;
}

}  // namespace spanhold::journal
