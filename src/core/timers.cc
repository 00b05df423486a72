#include "src/core/timers.h"

namespace spanhold {

TimerId TimerQueue::Schedule(TimePoint at, std::function<void()> callback) {
  const TimerId id = next_id_++;
  timers_.emplace(std::pair(at, id), std::move(callback));
  due_.emplace(id, at);
  return id;
}

void TimerQueue::Cancel(TimerId id) {
  const auto due = due_.find(id);
  if (due == due_.end()) {
    return;
  }
  timers_.erase({due->second, id});
  due_.erase(due);
}

std::optional<TimePoint> TimerQueue::NextDue() const {
  if (timers_.empty()) {
    return std::nullopt;
  }
  return timers_.begin()->first.first;
}

std::function<void()> TimerQueue::TakeNext() {
  auto node = timers_.extract(timers_.begin());
  due_.erase(node.key().second);
  return std::move(node.mapped());
}

void TimerQueue::RunDue(TimePoint now) {
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    TakeNext()();
  }
}

}  // namespace spanhold
