#include "src/queue/intake.h"

#include <algorithm>
#include <utility>

#include "src/core/check.h"

namespace spanhold {

WaitingRoom::WaitingRoom(Config config, const Clock& clock, Timers& timers,
                         otlp::SettlementObserver& observer)
    : config_(config), clock_(clock), timers_(timers), observer_(observer) {}

WaitingRoom::~WaitingRoom() {
  SPANHOLD_CHECK(waiting_count_ == 0);
}

bool WaitingRoom::TryAdmit(const Request& request) {
  const std::vector<Worker*>& workers = *request.workers;
  const uint64_t spans = request.chunk->spans.size();
  if (!TryReserve(workers, *request.chunk)) {
    return false;
  }
  std::vector<otlp::LaneRange> lanes;
  lanes.reserve(workers.size());
  for (Worker* worker : workers) {
    lanes.push_back(worker->account().lanes());
  }
  request.account->Accepted(spans);
  Enqueue(workers, request.chunk,
          std::make_shared<otlp::Settlement>(next_sequence_.fetch_add(1),
                                             static_cast<uint32_t>(spans), lanes, observer_));
  return true;
}

void WaitingRoom::Enter(Request request) {
  if (closed_) {
    request.account->Refused(request.chunk->spans.size());
    request.done(absl::UnavailableError("shutting down; send again later"));
    return;
  }
  if (waiting_count_ == 0 && TryAdmit(request)) {
    request.done(absl::OkStatus());
    return;
  }
  std::vector<Answer> answers;
  {
    const MutexLock lock(mutex_);
    waiting_.push_back({std::move(request), clock_.Now() + config_.patience});
    ++waiting_count_;
    AdmitWaiting(answers);  // room may have come before the request was on the list
    ScheduleExpiry();
  }
  Give(answers);
  if (closed_) {
    Close();  // it may have passed before the request was on the list
  }
}

void WaitingRoom::OnRoom() {
  if (waiting_count_ == 0) {
    return;
  }
  std::vector<Answer> answers;
  {
    const MutexLock lock(mutex_);
    AdmitWaiting(answers);
  }
  Give(answers);
}

// In order of arrival; one that finds no room keeps those behind it out of the same queues.
void WaitingRoom::AdmitWaiting(std::vector<Answer>& answers) {
  std::vector<const Worker*> blocked;
  const auto is_blocked = [&](const Worker* worker) {
    return std::find(blocked.begin(), blocked.end(), worker) != blocked.end();
  };
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const std::vector<Worker*>& workers = *it->request.workers;
    if (std::none_of(workers.begin(), workers.end(), is_blocked) && TryAdmit(it->request)) {
      answers.push_back({std::move(it->request), absl::OkStatus()});
      it = waiting_.erase(it);
      --waiting_count_;
      continue;
    }
    blocked.insert(blocked.end(), workers.begin(), workers.end());
    ++it;
  }
}

// All wait equally long, so the first on the list is the first to give up.
void WaitingRoom::ScheduleExpiry() {
  if (expiry_scheduled_ || waiting_.empty()) {
    return;
  }
  expiry_scheduled_ = true;
  timers_.Schedule(waiting_.front().until, [this] { Expire(); });
}

void WaitingRoom::Expire() {
  std::vector<Answer> answers;
  {
    const MutexLock lock(mutex_);
    expiry_scheduled_ = false;
    const TimePoint now = clock_.Now();
    while (!waiting_.empty() && waiting_.front().until <= now) {
      answers.push_back({std::move(waiting_.front().request),
                         absl::UnavailableError("queue full; send again later")});
      waiting_.pop_front();
      --waiting_count_;
    }
    ScheduleExpiry();
  }
  Give(answers);
}

void WaitingRoom::Close() {
  closed_ = true;
  std::vector<Answer> answers;
  {
    const MutexLock lock(mutex_);
    for (Waiting& waiting : waiting_) {
      answers.push_back(
          {std::move(waiting.request), absl::UnavailableError("shutting down; send again later")});
    }
    waiting_.clear();
    waiting_count_ = 0;
  }
  Give(answers);
}

void WaitingRoom::Give(std::vector<Answer>& answers) {
  for (Answer& answer : answers) {
    if (!answer.status.ok()) {
      answer.request.account->Refused(answer.request.chunk->spans.size());
    }
    answer.request.done(answer.status);
  }
}

void Intake::Admit(otlp::ChunkPtr chunk, ReceiverAccount& account, Done done) {
  if (chunk->spans.empty()) {
    account.Accepted(0);
    done(absl::OkStatus());
    return;
  }
  waiting_room_.Enter({std::move(chunk), &account, std::move(done), &workers_});
}

}  // namespace spanhold
