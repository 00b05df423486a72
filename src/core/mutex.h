#pragma once

#include <condition_variable>
#include <mutex>

#include "src/core/clock.h"

// Clang's -Wthread-safety attributes; nothing under other compilers.
#if defined(__clang__)
#define SPANHOLD_TSA(x) __attribute__((x))
#else
#define SPANHOLD_TSA(x)
#endif
#define SPANHOLD_GUARDED_BY(x) SPANHOLD_TSA(guarded_by(x))
#define SPANHOLD_REQUIRES(...) SPANHOLD_TSA(requires_capability(__VA_ARGS__))
#define SPANHOLD_EXCLUDES(...) SPANHOLD_TSA(locks_excluded(__VA_ARGS__))

namespace spanhold {

// std::mutex that -Wthread-safety understands. (absl::Mutex draws false reports from
// ThreadSanitizer, because Debian's build of it is not instrumented.)
class SPANHOLD_TSA(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  ~Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() SPANHOLD_TSA(acquire_capability()) { mutex_.lock(); }
  void Unlock() SPANHOLD_TSA(release_capability()) { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a Mutex for a scope.
class SPANHOLD_TSA(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) SPANHOLD_TSA(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() SPANHOLD_TSA(release_capability()) { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// A condition variable used with one Mutex. Wakes may be spurious: wait in a loop.
class CondVar {
 public:
  CondVar() = default;
  ~CondVar() = default;
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  void Wait(Mutex& mutex) SPANHOLD_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // Returns at `deadline` of the monotonic clock at the latest.
  void WaitUntil(Mutex& mutex, TimePoint deadline) SPANHOLD_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait_until(lock, deadline);
    lock.release();
  }
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace spanhold
