#include "bench/load/sender.h"

#include <algorithm>

namespace spanhold::bench {
namespace {

constexpr Duration kRetryDelay = std::chrono::milliseconds(100);  // unless the target names one
constexpr Duration kLongestDelay = std::chrono::seconds(30);
constexpr Duration kPoll = std::chrono::milliseconds(100);  // for signals, and to flush

float Milliseconds(Duration duration) {
  return std::chrono::duration<float, std::milli>(duration).count();
}

}  // namespace

Sender::Sender(const Plan& plan, RequestSource& source, Transport& transport, AckedFile& acked,
               const Clock& clock, const std::atomic<bool>& stop)
    : plan_(plan),
      source_(source),
      transport_(transport),
      acked_(acked),
      clock_(clock),
      stop_(stop),
      lanes_(plan.lanes) {
  for (size_t lane = plan.lanes; lane-- > 0;) {
    free_.push_back(lane);
  }
}

LoadReport Sender::Run() {
  start_ = clock_.Now();
  poll_ = start_ + kPoll;
  TimePoint drained = TimePoint::max();
  for (TimePoint now = start_; now < drained; now = clock_.Now()) {
    const bool more = HasMore(now);
    if (more) {
      SendDue(now);
    } else if (free_.size() + (stop_ ? waiting_.size() : 0) == lanes_.size()) {
      break;  // what waits to be sent again is not, once it is stopped
    } else if (drained == TimePoint::max()) {
      drained = now + plan_.drain;
    }
    ResendDue(now);
    if (now >= poll_) {
      poll_ = now + kPoll;
      acked_.Flush();
    }
    if (const std::optional<Answer> answer = transport_.Next(WakeUp(more))) {
      OnAnswer(*answer);
    }
  }
  report_.seconds = std::chrono::duration<double>(clock_.Now() - start_).count();
  report_.failed += (lanes_.size() - free_.size()) * plan_.per_request;
  acked_.Flush();
  return std::move(report_);
}

bool Sender::HasMore(TimePoint now) const {
  return !stop_ && requests_ * plan_.per_request < plan_.spans.spans &&
         now - start_ < plan_.duration;
}

TimePoint Sender::NextDue() const {
  if (plan_.spans_per_second == 0) {
    return TimePoint::min();
  }
  const double seconds =
      static_cast<double>(requests_ * plan_.per_request) / plan_.spans_per_second;
  return start_ + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

TimePoint Sender::WakeUp(bool more) const {
  TimePoint wake = poll_;
  if (more && !free_.empty()) {
    wake = std::min(wake, NextDue());
  }
  return waiting_.empty() ? wake : std::min(wake, waiting_.begin()->first);
}

void Sender::SendDue(TimePoint now) {
  while (!free_.empty() && HasMore(now) && NextDue() <= now) {
    SendNext(now);
  }
}

void Sender::SendNext(TimePoint now) {
  const size_t index = free_.back();
  free_.pop_back();
  const bool paced = plan_.spans_per_second != 0;
  lanes_[index] = {plan_.spans.first + requests_ * plan_.per_request, paced ? NextDue() : now, 0};
  if (paced) {
    report_.start_ms.push_back(Milliseconds(now - lanes_[index].due));
  }
  ++requests_;
  report_.sent += plan_.per_request;
  Attempt(index);
}

void Sender::Attempt(size_t lane) {
  ++lanes_[lane].attempts;
  transport_.Send(lane, source_.Body(lane, lanes_[lane].first));
}

void Sender::ResendDue(TimePoint now) {
  while (!stop_ && !waiting_.empty() && waiting_.begin()->first <= now) {
    const size_t lane = waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    ++report_.retried_requests;
    Attempt(lane);
  }
}

bool Sender::IsToBeSentAgain(const Answer& answer, const Lane& lane) const {
  if (!answer.answered) {
    return plan_.keep_going;
  }
  return IsRetryable(answer.result.status) && (plan_.keep_going || lane.attempts < plan_.attempts);
}

void Sender::OnAnswer(const Answer& answer) {
  const Lane& lane = lanes_[answer.lane];
  const Status& status = answer.result.status;
  const TimePoint now = clock_.Now();
  if (status.ok()) {
    report_.acked += plan_.per_request;
    report_.rejected += answer.result.rejected_spans;
    report_.ack_ms.push_back(Milliseconds(now - lane.due));
    acked_.Add({lane.first, plan_.per_request});
    free_.push_back(answer.lane);
    return;
  }
  report_.refusal = MessageOf(status);
  if (IsToBeSentAgain(answer, lane)) {
    report_.uncertain += answer.answered ? 0 : plan_.per_request;
    const Duration delay = std::min(RetryAfter(status).value_or(kRetryDelay), kLongestDelay);
    waiting_.emplace(now + delay, answer.lane);
    return;
  }
  (answer.answered ? report_.refused : report_.failed) += plan_.per_request;
  free_.push_back(answer.lane);
}

}  // namespace spanhold::bench
