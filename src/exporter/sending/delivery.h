#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "src/core/clock.h"
#include "src/exporter/sending/backoff.h"
#include "src/exporter/sending/circuit.h"
#include "src/exporter/sending/transport.h"
#include "src/pipeline/consumer.h"
#include "src/pipeline/ledger.h"

// What a Lane is made of inside.
namespace spanhold::sending {

// One request from its way into the lane to its outcome.
//
// Threading: of whoever has it in hand; what waits in the lane is guarded by the lane's mutex.
struct Delivery {
  Delivery(TraceBatch b, LaneAccount& a, const RetryConfig& retry)
      : batch(std::move(b)), account(a), backoff(retry) {}

  const TraceBatch batch;
  LaneAccount& account;
  Backoff backoff;
  std::optional<TimePoint> first_attempt;
  Circuit::Pass pass = Circuit::Pass::kNone;  // of the attempt under way
};

// Shared by a call of Send() and its completion; whichever ends last frees the batch.
using DeliveryPtr = std::shared_ptr<Delivery>;
using Deliveries = std::deque<DeliveryPtr>;

// One call of Transport::Send(). Its return and its completion meet here, in either order and on
// any threads: the first to come leaves, the second goes on. So a completion within Send() starts
// nothing, and deliveries that complete at once follow each other in a loop, not in a recursion.
struct Attempt {
  TimePoint began;
  SendResult result;  // written before `one_came` is set by the completion
  std::atomic<bool> one_came{false};
};

// The wait before an attempt. Whoever sets `over` first, the timer or the lane, has the delivery;
// the other touches nothing else, for the lane may be gone.
struct Pause {
  Pause(DeliveryPtr d, TimePoint u, bool test) : delivery(std::move(d)), until(u), is_test(test) {}

  DeliveryPtr delivery;
  const TimePoint until;
  const bool is_test;  // the attempt after it is the one that tests whether the backend is back
  std::atomic<bool> over{false};
};

// Shared by the lane and the timer that ends it.
using PausePtr = std::shared_ptr<Pause>;

}  // namespace spanhold::sending
