#include "src/exporter/sending/lane.h"

#include <algorithm>
#include <utility>

#include "src/core/check.h"

namespace spanhold::sending {
namespace {

// So many failures in a row make a backend that is away. The first failures of that many batches
// would have been sent anyway, and a backend that fails every other request does not get there.
constexpr int64_t kFailuresOfABackendThatIsAway = 10;

int64_t SlotsOf(const QueueConfig& config) {
  return config.enabled ? config.num_consumers : 1;
}

}  // namespace

Lane::Lane(std::string id, const SendingConfig& config, std::unique_ptr<Transport> transport,
           Timers& timers, const Clock& clock, Random& random, const MemoryBudget& budget,
           Telemetry& telemetry)
    : config_(config),
      slots_(SlotsOf(config.sending_queue)),
      transport_(std::move(transport)),
      timers_(timers),
      clock_(clock),
      random_(random),
      report_(std::move(id), Holdings::Capacity(config.sending_queue), clock, telemetry),
      circuit_(std::min(slots_, kFailuresOfABackendThatIsAway)),
      holdings_(config.sending_queue, budget.limit() / 4, report_) {}

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

void Lane::Consume(TraceBatch batch, LaneAccount& account) {
  if (batch.empty()) {
    return;
  }
  for (TraceBatch& request : transport_->Split(std::move(batch))) {
    Take(std::move(request), account);
  }
}

void Lane::Take(TraceBatch batch, LaneAccount& account) {
  const auto delivery =
      std::make_shared<Delivery>(std::move(batch), account, config_.retry_on_failure);
  std::optional<DropReason> refused;
  bool has_slot = false;
  {
    const MutexLock lock(mutex_);
    if (state_ != State::kRunning) {
      refused = DropReason::kShutdown;
    } else if (!holdings_.Fits(delivery->batch)) {
      refused = DropReason::kQueueFull;
    } else {
      ++unfinished_;
      holdings_.Add(delivery->batch, account);
      has_slot = busy_slots_ < slots_;
      if (has_slot) {
        ++busy_slots_;
      } else {
        holdings_.Queued(delivery->batch);
        queue_.push_back(delivery);
      }
    }
  }
  if (refused) {
    const uint32_t spans = delivery->batch.span_count();
    const uint64_t kept = account.Dropped(delivery->batch, *refused);
    *refused == DropReason::kQueueFull ? report_.QueueFull(spans)
                                       : report_.NotRunning(spans - kept);
    return;
  }
  if (has_slot) {
    Run({delivery});
  }
}

uint64_t Lane::HeldSpans(const LaneAccount& account) const {
  const MutexLock lock(mutex_);
  return holdings_.spans(account);
}

bool Lane::HasRoom() const {
  const MutexLock lock(mutex_);
  return holdings_.HasRoom();
}

bool Lane::IsCrowded() const {
  const MutexLock lock(mutex_);
  return holdings_.IsCrowded();
}

void Lane::AddRoomListener(std::function<void()> listener) {
  listeners_.push_back(std::move(listener));
}

void Lane::Drain(Deadline deadline) {
  const TimePoint now = clock_.Now();
  Deliveries ready;
  {
    const MutexLock lock(mutex_);
    if (state_ != State::kRunning) {
      return;
    }
    state_ = State::kDraining;
    drain_deadline_ = deadline;
    if (now >= deadline) {
      return;
    }
    circuit_.TestNow(now);
    ready.swap(parked_);
  }
  CutPausesShort(ready);
  Run(std::move(ready));
}

// Waits until everything has ended or `deadline` has come, and drops what is left then.
void Lane::AwaitDrained(Deadline deadline) {
  Deliveries left;
  {
    const MutexLock lock(mutex_);
    while (unfinished_ > 0 && clock_.Now() < deadline) {
      ended_.WaitUntil(mutex_, deadline);
    }
    state_ = State::kClosed;
    while (sending_ > 0) {
      ended_.Wait(mutex_);
    }
    left.swap(parked_);
    left.insert(left.end(), queue_.begin(), queue_.end());
    for (const DeliveryPtr& delivery : queue_) {
      holdings_.GotSlot(delivery->batch);
    }
    queue_.clear();
  }
  CutPausesShort(left);
  Deliveries none;
  for (const DeliveryPtr& delivery : left) {
    Drop(*delivery, DropReason::kShutdown, Status(), none);
  }
}

Status Lane::Shutdown(Deadline deadline) {
  Drain(deadline);
  bool draining = false;
  {
    const MutexLock lock(mutex_);
    draining = state_ == State::kDraining;
  }
  if (draining) {
    AwaitDrained(deadline);
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
