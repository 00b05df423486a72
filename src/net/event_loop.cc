#include "src/net/event_loop.h"

#include <pthread.h>

#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "src/core/check.h"
#include "src/core/mutex.h"

namespace spanhold::net {

namespace asio = boost::asio;

// One Asio timer, the alarm, stands for all of ours: it is set for the earliest, so an idle loop
// sleeps. A cancelled timer may leave it set; that wakes the loop once, for nothing.
struct EventLoop::Impl {
  Impl(std::string n, int count)
      : name(std::move(n)), thread_count(count), context(count), alarm(context) {}

  void Arm(TimePoint at) SPANHOLD_REQUIRES(mutex) {
    alarm_at = at;
    alarm.expires_at(at);
    alarm.async_wait([this](const boost::system::error_code& error) {
      if (!error) {
        RunDue();
      }
    });
  }

  // Callbacks run without the lock, so they may schedule and cancel.
  void RunDue() {
    while (std::function<void()> callback = TakeDue()) {
      callback();
    }
  }

  std::function<void()> TakeDue() {
    const MutexLock lock(mutex);
    const std::optional<TimePoint> next = timers.NextDue();
    if (!next) {
      alarm_at.reset();
      return nullptr;
    }
    if (*next > clock.Now()) {
      Arm(*next);
      return nullptr;
    }
    return timers.TakeNext();
  }

  const std::string name;
  const int thread_count;
  const SystemClock clock;  // the one that Asio's timers run on
  asio::io_context context;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  std::vector<std::thread> threads;

  Mutex mutex;
  TimerQueue timers SPANHOLD_GUARDED_BY(mutex);
  std::optional<TimePoint> alarm_at SPANHOLD_GUARDED_BY(mutex);
  asio::steady_timer alarm SPANHOLD_GUARDED_BY(mutex);
};

EventLoop::EventLoop(std::string name, int threads)
    : impl_(std::make_unique<Impl>(std::move(name), threads)) {
  SPANHOLD_CHECK(impl_->name.size() <= 15 && threads > 0);
}

EventLoop::~EventLoop() {
  Stop();
}

void EventLoop::Start() {
  impl_->work.emplace(impl_->context.get_executor());
  for (int i = 0; i < impl_->thread_count; ++i) {
    impl_->threads.emplace_back([this] {
      pthread_setname_np(pthread_self(), impl_->name.c_str());
      impl_->context.run();
    });
  }
}

void EventLoop::Stop() {
  impl_->work.reset();
  impl_->context.stop();
  for (std::thread& thread : impl_->threads) {
    thread.join();
  }
  impl_->threads.clear();
}

void EventLoop::Post(std::function<void()> function) {
  asio::post(impl_->context, std::move(function));
}

TimerId EventLoop::Schedule(TimePoint at, std::function<void()> callback) {
  const MutexLock lock(impl_->mutex);
  const TimerId id = impl_->timers.Schedule(at, std::move(callback));
  if (!impl_->alarm_at || at < *impl_->alarm_at) {
    impl_->Arm(at);
  }
  return id;
}

void EventLoop::Cancel(TimerId id) {
  const MutexLock lock(impl_->mutex);
  impl_->timers.Cancel(id);
}

asio::io_context& EventLoop::context() {
  return impl_->context;
}

}  // namespace spanhold::net
