#include "src/journal/backlog.h"

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

void Backlog::Advance(uint64_t begin, uint64_t spans) {
  const MutexLock lock(mutex_);
  Stretch& front = stretches_.front();
  const uint64_t counted = front.of_earlier_run ? 0 : spans;
  SPANHOLD_CHECK(begin <= front.end && counted <= front.spans);
  report_.Waiting(-static_cast<int64_t>(counted), -static_cast<int64_t>(begin - front.begin));
  front.begin = begin;
  front.spans -= counted;
}

void Backlog::Finish(uint64_t end) {
  const MutexLock lock(mutex_);
  const Stretch& front = stretches_.front();
  if (front.end != end) {
    return;
  }
  report_.Waiting(-static_cast<int64_t>(front.spans), -static_cast<int64_t>(end - front.begin));
  report_.Lost(front.spans);
  stretches_.pop_front();
  empty_ = stretches_.empty();
}

}  // namespace spanhold::journal
