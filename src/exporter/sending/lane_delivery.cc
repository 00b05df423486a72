#include <algorithm>
#include <utility>

#include "src/exporter/sending/lane.h"

// The way of one delivery through a Lane: attempts, waits, outcome.
namespace spanhold::sending {
namespace {

// What `timeout: 0`, no limit, means: an answer that late will not come any more.
constexpr Duration kLongestAttempt = std::chrono::hours(24);

// The longest wait of our own while draining. With shutdown's default of 10 s a backend that
// restarts is found in time, and one that is gone is asked some ten times.
constexpr Duration kLongestWaitWhileDraining = std::chrono::seconds(1);

}  // namespace

void Lane::Run(Deliveries ready) {
  while (!ready.empty()) {
    const DeliveryPtr delivery = std::move(ready.front());
    ready.pop_front();
    Send(delivery, ready);
  }
}

void Lane::Send(const DeliveryPtr& delivery, Deliveries& ready) {
  const std::optional<Deadline> deadline = BeginSend(delivery, ready);
  if (!deadline) {
    return;
  }
  const auto attempt = std::make_shared<Attempt>();
  attempt->began = clock_.Now();
  report_.AttemptBegan(delivery->first_attempt.has_value());
  if (!delivery->first_attempt) {
    delivery->first_attempt = attempt->began;
  }
  transport_->Send(delivery->batch, *deadline, [this, delivery, attempt](SendResult result) {
    attempt->result = std::move(result);
    if (attempt->one_came.exchange(true)) {
      Deliveries next;
      Finish(delivery, *attempt, next);
      Run(std::move(next));
    }
  });
  EndSend();
  if (attempt->one_came.exchange(true)) {
    Finish(delivery, *attempt, ready);
  }
}

// The deadline of an attempt that begins now. Nothing when the delivery has to wait for the circuit,
// or cannot wait and has ended.
std::optional<Deadline> Lane::BeginSend(const DeliveryPtr& delivery, Deliveries& ready) {
  const TimePoint now = clock_.Now();
  Timers& timers = timers_;
  std::optional<DropReason> reason;
  Status error;
  PausePtr test;
  {
    const MutexLock lock(mutex_);
    if (state_ != State::kClosed) {
      delivery->pass = circuit_.Ask(now);
      if (delivery->pass != Circuit::Pass::kNone) {
        ++sending_;
        const bool limited = config_.timeout > Duration::zero();
        const TimePoint deadline = now + (limited ? config_.timeout : kLongestAttempt);
        return state_ == State::kDraining ? std::min(deadline, drain_deadline_) : deadline;
      }
    }
    reason = WhyNotAt(std::max(now, circuit_.next_test()), *delivery);
    error = circuit_.last_failure();
    if (!reason) {
      parked_.push_back(delivery);
      test = AddTest();
    }
  }
  if (reason) {
    Drop(*delivery, *reason, error, ready);
  } else {
    StartTimer(timers, this, test);
  }
  return std::nullopt;
}

void Lane::EndSend() {
  const MutexLock lock(mutex_);
  --sending_;
  ended_.NotifyAll();
}

void Lane::Finish(const DeliveryPtr& delivery, Attempt& attempt, Deliveries& ready) {
  report_.AttemptEnded(clock_.Now() - attempt.began);
  const SendResult& result = attempt.result;
  if (!result.too_large && IsRetryable(result.status)) {
    Failed(delivery, result.status, ready);
    return;
  }
  Answered(delivery, ready);
  if (result.too_large && delivery->batch.span_count() > 1) {
    report_.TooLarge(result.status, delivery->batch.span_count());
    SendHalves(delivery, ready);
    return;
  }
  if (result.status.ok()) {
    delivery->account.Sent(delivery->batch, result.rejected_spans);
    report_.Delivered(result);
  } else {
    delivery->account.Rejected(delivery->batch);
    report_.Rejected(result.status, delivery->batch.span_count());
  }
  End(*delivery, ready);
}

// Somebody is there: what waits only for that goes on.
void Lane::Answered(const DeliveryPtr& delivery, Deliveries& ready) {
  const TimePoint now = clock_.Now();
  PausePtr test;
  bool is_back = false;
  {
    const MutexLock lock(mutex_);
    const bool was_away = circuit_.is_away();
    circuit_.Answered(delivery->pass, now);
    if (circuit_.is_open()) {
      test = AddTest();
    } else {
      is_back = was_away;
      ready.insert(ready.end(), parked_.begin(), parked_.end());
      parked_.clear();
    }
  }
  StartTimer(timers_, this, test);
  if (is_back) {
    CutPausesShort(ready);
  }
}

// Lets `delivery` wait for its next attempt, or ends it when there is none, and with it the others
// whose time would be over before the next test.
void Lane::Failed(const DeliveryPtr& delivery, const Status& error, Deliveries& ready) {
  const RetryConfig& retry = config_.retry_on_failure;
  const Duration asked = RetryAfter(error).value_or(Duration::zero());
  Duration wait = delivery->backoff.Next(asked, random_);
  const TimePoint now = clock_.Now();
  std::optional<uint64_t> waiting;
  {
    const MutexLock lock(mutex_);
    if (!WhyNotAt(now + wait, *delivery)) {
      waiting = holdings_.spans();
    }
  }
  if (waiting) {
    report_.Failing(error, *waiting);
  }
  Timers& timers = timers_;
  std::vector<std::pair<DeliveryPtr, DropReason>> ended;
  PausePtr pause;
  PausePtr test;
  {
    const MutexLock lock(mutex_);
    if (state_ != State::kRunning) {
      wait = std::min(wait, std::max(asked, kLongestWaitWhileDraining));
    }
    if (retry.enabled) {
      circuit_.Failed(delivery->pass, now, wait, error);
    }
    if (const std::optional<DropReason> reason = WhyNotAt(now + wait, *delivery)) {
      ended.emplace_back(delivery, *reason);
    } else if (circuit_.is_away()) {
      parked_.push_back(delivery);
    } else {
      pause = AddPause(delivery, now + wait, /*is_test=*/false);
    }
    TakeHopeless(ended);
    test = AddTest();
  }
  // From here on Shutdown() may end the pauses, their deliveries and the lane: touch none of it
  // unless there is another delivery in hand.
  StartTimer(timers, this, pause);
  StartTimer(timers, this, test);
  for (const auto& [ending, reason] : ended) {
    Drop(*ending, reason, error, ready);
  }
}

// Moves out of parked_ what may not be sent as late as the next test.
void Lane::TakeHopeless(std::vector<std::pair<DeliveryPtr, DropReason>>& hopeless) {
  Deliveries parked;
  parked.swap(parked_);
  for (DeliveryPtr& delivery : parked) {
    if (const std::optional<DropReason> reason = WhyNotAt(circuit_.next_test(), *delivery)) {
      hopeless.emplace_back(std::move(delivery), *reason);
    } else {
      parked_.push_back(std::move(delivery));
    }
  }
}

// Two deliveries in the place of one. The first half has the slot, the second goes before all that
// is queued.
void Lane::SendHalves(const DeliveryPtr& delivery, Deliveries& ready) {
  TraceBatch rest = delivery->batch;
  TraceBatch front = rest.TakeFront(rest.span_count() / 2);
  const auto half = [&](TraceBatch batch) {
    auto part =
        std::make_shared<Delivery>(std::move(batch), delivery->account, config_.retry_on_failure);
    part->first_attempt = delivery->first_attempt;
    return part;
  };
  const DeliveryPtr first = half(std::move(front));
  const DeliveryPtr second = half(std::move(rest));
  const MutexLock lock(mutex_);
  holdings_.Remove(delivery->batch, delivery->account);
  holdings_.Add(first->batch, first->account);
  holdings_.Add(second->batch, second->account);
  ++unfinished_;  // two more, and one less
  ready.push_back(first);
  if (busy_slots_ < slots_ || state_ == State::kClosed) {
    ++busy_slots_;
    ready.push_back(second);
  } else {
    holdings_.Queued(second->batch);
    queue_.push_front(second);
  }
}

// Why `delivery` may not be sent as late as `next`.
std::optional<DropReason> Lane::WhyNotAt(TimePoint next, const Delivery& delivery) const {
  if (state_ == State::kClosed || (state_ == State::kDraining && next >= drain_deadline_)) {
    return DropReason::kShutdown;
  }
  const RetryConfig& retry = config_.retry_on_failure;
  const bool bounded = retry.max_elapsed_time > Duration::zero();
  if (delivery.first_attempt &&
      (!retry.enabled || (bounded && next - *delivery.first_attempt > retry.max_elapsed_time))) {
    return DropReason::kRetriesExhausted;
  }
  return std::nullopt;
}

PausePtr Lane::AddPause(DeliveryPtr delivery, TimePoint until, bool is_test) {
  pauses_.push_back(std::make_shared<Pause>(std::move(delivery), until, is_test));
  return pauses_.back();
}

// The wait for the next test, or null when there is one already or nothing to make it with.
PausePtr Lane::AddTest() {
  if (parked_.empty() || test_waits_ || circuit_.is_testing()) {
    return nullptr;
  }
  DeliveryPtr next = std::move(parked_.front());
  parked_.pop_front();
  test_waits_ = true;
  return AddPause(std::move(next), circuit_.next_test(), /*is_test=*/true);
}

// Null is nothing to do. The lane may be gone when this runs: it is not touched.
void Lane::StartTimer(Timers& timers, Lane* lane, const PausePtr& pause) {
  if (pause) {
    timers.Schedule(pause->until, [lane, pause] {
      if (!pause->over.exchange(true)) {
        lane->Resume(pause);
      }
    });
  }
}

void Lane::Resume(const PausePtr& pause) {
  {
    const MutexLock lock(mutex_);
    std::erase(pauses_, pause);
    test_waits_ = test_waits_ && !pause->is_test;
  }
  Run({std::exchange(pause->delivery, nullptr)});
}

void Lane::CutPausesShort(Deliveries& ready) {
  std::vector<PausePtr> pauses;
  {
    const MutexLock lock(mutex_);
    pauses.swap(pauses_);
    test_waits_ = false;
  }
  for (const PausePtr& pause : pauses) {
    if (!pause->over.exchange(true)) {
      ready.push_back(std::exchange(pause->delivery, nullptr));
    }
  }
}

void Lane::Drop(const Delivery& delivery, DropReason reason, const Status& error,
                Deliveries& ready) {
  const uint32_t spans = delivery.batch.span_count();
  const uint64_t kept = delivery.account.Dropped(delivery.batch, reason);
  if (reason == DropReason::kShutdown) {
    const MutexLock lock(mutex_);
    left_at_shutdown_ += spans - kept;
    kept_at_shutdown_ += kept;
  } else {
    report_.GaveUp(error, spans);
  }
  End(delivery, ready);
}

// Forgets a delivery whose spans are settled, gives its slot to the next one, and says so to whoever
// waits for room or for the end.
void Lane::End(const Delivery& delivery, Deliveries& ready) {
  const TimePoint now = clock_.Now();
  bool wants_more = false;
  {
    const MutexLock lock(mutex_);
    const bool had_room = holdings_.HasRoom();
    const bool was_crowded = holdings_.IsCrowded();
    holdings_.Remove(delivery.batch, delivery.account);
    const bool too_late = state_ == State::kDraining && now >= drain_deadline_;
    if (queue_.empty() || too_late) {
      --busy_slots_;
    } else {
      holdings_.GotSlot(queue_.front()->batch);
      ready.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    wants_more = (!had_room && holdings_.HasRoom()) || (was_crowded && !holdings_.IsCrowded());
  }
  if (wants_more) {
    for (const std::function<void()>& listener : listeners_) {
      listener();
    }
  }
  const MutexLock lock(mutex_);
  --unfinished_;
  ended_.NotifyAll();
}

}  // namespace spanhold::sending
