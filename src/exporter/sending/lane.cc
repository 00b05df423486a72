#include "src/exporter/sending/lane.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "src/core/check.h"
#include "src/exporter/sending/queue_size.h"

namespace spanhold::sending {
namespace {

// What `timeout: 0`, no limit, means: an answer that late will not come any more.
constexpr Duration kLongestAttempt = std::chrono::hours(24);

// The longest wait of our own while draining. With shutdown's default of 10 s a backend that
// restarts is found in time, and one that is gone is asked some ten times.
constexpr Duration kLongestWaitWhileDraining = std::chrono::seconds(1);

}  // namespace

// One batch from Consume() to its outcome.
struct Lane::Delivery {
  Delivery(TraceBatch b, LaneAccount& a, int64_t s, const RetryConfig& retry)
      : batch(std::move(b)), account(a), size(s), backoff(retry) {}

  const TraceBatch batch;
  LaneAccount& account;
  const int64_t size;  // in units of the queue's sizer
  Backoff backoff;
  std::optional<TimePoint> first_attempt;
};

// One call of Transport::Send(). Its return and its completion meet here, in either order and on
// any threads: the first to come leaves, the second goes on. So a completion within Send() starts
// nothing, and deliveries that complete at once follow each other in a loop, not in a recursion.
struct Lane::Attempt {
  TimePoint began;
  SendResult result;  // written before `one_came` is set by the completion
  std::atomic<bool> one_came{false};
};

// The wait between two attempts. Whoever sets `over` first, the timer or Shutdown(), has the
// delivery; the other touches nothing else, for the lane may be gone.
struct Lane::Pause {
  DeliveryPtr delivery;
  std::atomic<bool> over{false};
};

Lane::Lane(std::string id, const SendingConfig& config, std::unique_ptr<Transport> transport,
           Timers& timers, const Clock& clock, Random& random, Telemetry& telemetry)
    : config_(config),
      capacity_(config.sending_queue.enabled ? config.sending_queue.queue_size : 1),
      slots_(config.sending_queue.enabled ? config.sending_queue.num_consumers : 1),
      blocking_(!config.sending_queue.enabled || config.sending_queue.block_on_overflow),
      transport_(std::move(transport)),
      timers_(timers),
      clock_(clock),
      random_(random),
      report_(std::move(id), capacity_, clock, telemetry) {}

Lane::~Lane() {
  const MutexLock lock(mutex_);
  SPANHOLD_CHECK(state_ == State::kNew || state_ == State::kClosed);
  SPANHOLD_CHECK(unfinished_ == 0 && sending_ == 0);
}

Status Lane::Start() {
  SPANHOLD_RETURN_IF_ERROR(transport_->Start());
  const MutexLock lock(mutex_);
  state_ = State::kRunning;
  return {};
}

int64_t Lane::SizeOf(const TraceBatch& batch) const {
  return config_.sending_queue.enabled ? sending::SizeOf(config_.sending_queue.sizer, batch) : 1;
}

bool Lane::Fits(int64_t size) const {
  return blocking_ || size_ == 0 || size <= capacity_ - size_;
}

void Lane::Consume(TraceBatch batch, LaneAccount& account) {
  if (batch.empty()) {
    return;
  }
  for (TraceBatch& request : transport_->Split(std::move(batch))) {
    Take(std::move(request), account);
  }
}

void Lane::Take(TraceBatch batch, LaneAccount& account) {
  const int64_t size = SizeOf(batch);
  const auto delivery =
      std::make_shared<Delivery>(std::move(batch), account, size, config_.retry_on_failure);
  const uint32_t spans = delivery->batch.span_count();
  std::optional<DropReason> refused;
  bool has_slot = false;
  {
    const MutexLock lock(mutex_);
    if (state_ != State::kRunning) {
      refused = DropReason::kShutdown;
    } else if (!Fits(size)) {
      refused = DropReason::kQueueFull;
    } else {
      ++unfinished_;
      size_ += size;
      held_spans_ += spans;
      held_[&account] += spans;
      report_.Held(size, static_cast<int64_t>(delivery->batch.span_bytes()));
      has_slot = busy_slots_ < slots_;
      if (has_slot) {
        ++busy_slots_;
      } else {
        queue_.push_back(delivery);
      }
    }
  }
  if (refused) {
    const uint64_t kept = account.Dropped(delivery->batch, *refused);
    *refused == DropReason::kQueueFull ? report_.QueueFull(spans)
                                       : report_.NotRunning(spans - kept);
    return;
  }
  if (has_slot) {
    Run(delivery);
  }
}

uint64_t Lane::HeldSpans(const LaneAccount& account) const {
  const MutexLock lock(mutex_);
  const auto held = held_.find(&account);
  return held == held_.end() ? 0 : held->second;
}

bool Lane::HasRoom() const {
  const MutexLock lock(mutex_);
  return !blocking_ || size_ < capacity_;
}

void Lane::AddRoomListener(std::function<void()> listener) {
  listeners_.push_back(std::move(listener));
}

// The deadline of an attempt that begins now; nothing when the transport is being shut down.
std::optional<Deadline> Lane::BeginSend() {
  const bool limited = config_.timeout > Duration::zero();
  const TimePoint deadline = clock_.Now() + (limited ? config_.timeout : kLongestAttempt);
  const MutexLock lock(mutex_);
  if (state_ == State::kClosed) {
    return std::nullopt;
  }
  ++sending_;
  return state_ == State::kDraining ? std::min(deadline, drain_deadline_) : deadline;
}

void Lane::EndSend() {
  const MutexLock lock(mutex_);
  --sending_;
  ended_.NotifyAll();
}

void Lane::Run(DeliveryPtr delivery) {
  while (delivery) {
    const std::optional<Deadline> deadline = BeginSend();
    if (!deadline) {
      Drop(*delivery, DropReason::kShutdown, Status());
      End(*delivery);
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
        Run(Finish(delivery, *attempt));
      }
    });
    EndSend();
    if (!attempt->one_came.exchange(true)) {
      return;
    }
    delivery = Finish(delivery, *attempt);
  }
}

// Ends an attempt. Returns the delivery that takes over the slot, or null; then nothing of the lane
// may be touched any more, for this may have been the last thing it had to do.
Lane::DeliveryPtr Lane::Finish(const DeliveryPtr& delivery, Attempt& attempt) {
  report_.AttemptEnded(clock_.Now() - attempt.began);
  const SendResult& result = attempt.result;
  if (result.status.ok()) {
    delivery->account.Sent(delivery->batch, result.rejected_spans);
    report_.Delivered(result);
  } else if (IsRetryable(result.status)) {
    const std::optional<DropReason> reason = PauseBeforeRetry(delivery, result.status);
    if (!reason) {
      return nullptr;
    }
    Drop(*delivery, *reason, result.status);
  } else {
    delivery->account.Rejected(delivery->batch);
    report_.Rejected(result.status, delivery->batch.span_count());
  }
  DeliveryPtr next = TakeNext();
  End(*delivery);
  return next;
}

// Lets `delivery` wait for its next attempt, or returns why there is none.
std::optional<DropReason> Lane::PauseBeforeRetry(const DeliveryPtr& delivery, const Status& error) {
  uint64_t spans_held = 0;
  {
    const MutexLock lock(mutex_);
    if (state_ == State::kClosed) {
      return DropReason::kShutdown;
    }
    spans_held = held_spans_;
  }
  const RetryConfig& retry = config_.retry_on_failure;
  const Duration asked = RetryAfter(error).value_or(Duration::zero());
  Duration wait = delivery->backoff.Next(asked, random_);
  const TimePoint now = clock_.Now();
  const Duration elapsed = now + wait - *delivery->first_attempt;
  const bool bounded = retry.max_elapsed_time > Duration::zero();
  if (!retry.enabled || (bounded && elapsed > retry.max_elapsed_time)) {
    return DropReason::kRetriesExhausted;
  }
  report_.Failing(error, spans_held);
  const auto pause = std::make_shared<Pause>();
  pause->delivery = delivery;
  Timers& timers = timers_;
  {
    const MutexLock lock(mutex_);
    if (state_ != State::kRunning) {
      wait = std::min(wait, std::max(asked, kLongestWaitWhileDraining));
      if (state_ == State::kClosed || now + wait >= drain_deadline_) {
        return DropReason::kShutdown;
      }
    }
    pauses_.push_back(pause);
  }
  // From here on Shutdown() may end the pause, the delivery and the lane: touch none of it.
  timers.Schedule(now + wait, [this, pause] {
    if (!pause->over.exchange(true)) {
      Resume(pause);
    }
  });
  return std::nullopt;
}

void Lane::Resume(const PausePtr& pause) {
  {
    const MutexLock lock(mutex_);
    std::erase(pauses_, pause);
  }
  Run(std::exchange(pause->delivery, nullptr));
}

// The delivery that takes over a slot, or null, and the slot is free.
Lane::DeliveryPtr Lane::TakeNext() {
  const TimePoint now = clock_.Now();
  const MutexLock lock(mutex_);
  const bool too_late = state_ == State::kDraining && now >= drain_deadline_;
  if (queue_.empty() || too_late) {
    --busy_slots_;
    return nullptr;
  }
  DeliveryPtr next = std::move(queue_.front());
  queue_.pop_front();
  return next;
}

void Lane::Drop(const Delivery& delivery, DropReason reason, const Status& error) {
  const uint32_t spans = delivery.batch.span_count();
  const uint64_t kept = delivery.account.Dropped(delivery.batch, reason);
  if (reason == DropReason::kShutdown) {
    const MutexLock lock(mutex_);
    left_at_shutdown_ += spans - kept;
    kept_at_shutdown_ += kept;
  } else {
    report_.GaveUp(error, spans);
  }
}

// Forgets a delivery whose spans are settled, and says so to whoever waits for room or for the end.
void Lane::End(const Delivery& delivery) {
  const uint32_t spans = delivery.batch.span_count();
  bool has_room_again = false;
  {
    const MutexLock lock(mutex_);
    const bool was_full = size_ >= capacity_;
    size_ -= delivery.size;
    held_spans_ -= spans;
    held_[&delivery.account] -= spans;
    report_.Held(-delivery.size, -static_cast<int64_t>(delivery.batch.span_bytes()));
    has_room_again = blocking_ && was_full && size_ < capacity_;
  }
  if (has_room_again) {
    for (const std::function<void()>& listener : listeners_) {
      listener();
    }
  }
  const MutexLock lock(mutex_);
  --unfinished_;
  ended_.NotifyAll();
}

std::vector<Lane::DeliveryPtr> Lane::CutPausesShort() {
  std::vector<PausePtr> pauses;
  {
    const MutexLock lock(mutex_);
    pauses.swap(pauses_);
  }
  std::vector<DeliveryPtr> deliveries;
  for (const PausePtr& pause : pauses) {
    if (!pause->over.exchange(true)) {
      deliveries.push_back(std::exchange(pause->delivery, nullptr));
    }
  }
  return deliveries;
}

void Lane::DrainUntil(Deadline deadline) {
  {
    const MutexLock lock(mutex_);
    state_ = State::kDraining;
    drain_deadline_ = deadline;
  }
  if (clock_.Now() < deadline) {
    for (DeliveryPtr& delivery : CutPausesShort()) {
      Run(std::move(delivery));
    }
  }
  std::deque<DeliveryPtr> left;
  {
    const MutexLock lock(mutex_);
    while (unfinished_ > 0 && clock_.Now() < deadline) {
      ended_.WaitUntil(mutex_, deadline);
    }
    state_ = State::kClosed;
    while (sending_ > 0) {
      ended_.Wait(mutex_);
    }
    left.swap(queue_);
  }
  for (DeliveryPtr& delivery : CutPausesShort()) {
    left.push_back(std::move(delivery));
  }
  for (const DeliveryPtr& delivery : left) {
    Drop(*delivery, DropReason::kShutdown, Status());
    End(*delivery);
  }
}

Status Lane::Shutdown(Deadline deadline) {
  bool running = false;
  {
    const MutexLock lock(mutex_);
    running = state_ == State::kRunning;
  }
  if (running) {
    DrainUntil(deadline);
  }
  Status status = transport_->Shutdown();
  uint64_t left = 0;
  uint64_t kept = 0;
  {
    const MutexLock lock(mutex_);
    // Every attempt has ended by now; what may still run is the rest of a completion.
    while (unfinished_ > 0 || sending_ > 0) {
      ended_.Wait(mutex_);
    }
    left = std::exchange(left_at_shutdown_, 0);
    kept = std::exchange(kept_at_shutdown_, 0);
  }
  report_.LeftAtShutdown(left, kept);
  return status;
}

}  // namespace spanhold::sending
