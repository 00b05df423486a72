#pragma once

#include <functional>
#include <memory>
#include <string>

#include "src/core/timers.h"

namespace boost::asio {
class io_context;
}

namespace spanhold::net {

// Asio's event loop and the threads that run it. A Timers whose callbacks run on these threads.
//
// Threading: thread-safe. Ownership: outlives everything that uses its context.
class EventLoop final : public Timers {
 public:
  // Threads are named `name` (at most 15 characters, the kernel's limit) and start with Start().
  EventLoop(std::string name, int threads);
  ~EventLoop() override;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void Start();

  // Stops at once: what is queued does not run any more. Joins the threads. Safe a second time, and
  // without Start(). Not from a thread of the loop.
  void Stop();

  // Runs `function` on one of the threads.
  void Post(std::function<void()> function);

  TimerId Schedule(TimePoint at, std::function<void()> callback) override;
  void Cancel(TimerId id) override;

  boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spanhold::net
