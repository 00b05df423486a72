#pragma once

#include <string>
#include <thread>
#include <vector>

#include <absl/functional/any_invocable.h>

#include "src/core/clock.h"
#include "src/core/mutex.h"
#include "src/core/timers.h"

namespace spanhold::sending {

// The thread of a transport that has to block (on a disk, on a terminal): runs what is posted to
// it, one task after another, and timers between them.
//
// Threading: Post() is thread-safe; Start() and Stop() must not overlap each other; tasks and
// timers() are bound to this thread. No lock is held while a task runs.
// Ownership: `clock` must outlive it.
class BlockingThread {
 public:
  using Task = absl::AnyInvocable<void()>;

  // `name` is the thread's, at most 15 characters (the kernel's limit).
  BlockingThread(std::string name, const Clock& clock) : name_(std::move(name)), clock_(clock) {}
  // Stop() must have returned.
  ~BlockingThread();
  BlockingThread(const BlockingThread&) = delete;
  BlockingThread& operator=(const BlockingThread&) = delete;

  void Start();

  // False, and the task destroyed unrun, before Start() and from Stop() on.
  [[nodiscard]] bool Post(Task task);

  // Runs what was posted before, drops the timers, joins the thread. Safe without Start(), and a
  // second time.
  void Stop();

  Timers& timers() { return timers_; }

 private:
  void Run();
  // The tasks posted since the last call, having waited for them or for a timer; with `stop` set
  // when there are none and none will come.
  std::vector<Task> Wait(bool& stop);

  const std::string name_;
  const Clock& clock_;
  TimerQueue timers_;  // bound to thread_

  Mutex mutex_;
  CondVar changed_;
  bool running_ SPANHOLD_GUARDED_BY(mutex_) = false;
  std::vector<Task> tasks_ SPANHOLD_GUARDED_BY(mutex_);
  std::thread thread_;  // of Start() and Stop() alone
};

}  // namespace spanhold::sending
