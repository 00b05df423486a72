#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include "src/core/clock.h"

namespace spanhold::net {

// The deadline of what `Owner` is doing; Owner::OnDeadline() is called when it passes.
//
// A deadline that moves back, which it does with every request, costs a store: the alarm stays where
// it is, rings for nothing, and is set anew.
//
// Threading: bound to the strand. Ownership: part of the owner, which a std::shared_ptr holds.
template <typename Owner>
class DeadlineTimer {
 public:
  using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;

  static constexpr TimePoint kNever = TimePoint::max();

  explicit DeadlineTimer(const Strand& strand) : timer_(strand) {}

  void Set(TimePoint deadline, const std::shared_ptr<Owner>& owner) {
    deadline_ = deadline;
    if (deadline != kNever && (!alarm_ || deadline < *alarm_)) {
      Arm(deadline, owner);
    }
  }

  void Cancel() {
    deadline_ = kNever;
    timer_.cancel();
  }

 private:
  void Arm(TimePoint at, std::weak_ptr<Owner> owner) {
    alarm_ = at;
    timer_.expires_at(at);
    timer_.async_wait([this, owner = std::move(owner)](const boost::system::error_code& error) {
      const std::shared_ptr<Owner> held = owner.lock();
      if (!error && held) {
        Ring(held);
      }
    });
  }

  void Ring(const std::shared_ptr<Owner>& owner) {
    alarm_.reset();
    if (deadline_ > clock_.Now()) {
      Set(deadline_, owner);
    } else {
      owner->OnDeadline();
    }
  }

  const SystemClock clock_;  // the one that Asio's timers run on
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>, Strand>
      timer_;
  TimePoint deadline_ = kNever;
  std::optional<TimePoint> alarm_;
};

}  // namespace spanhold::net
