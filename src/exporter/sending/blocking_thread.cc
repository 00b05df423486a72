#include "src/exporter/sending/blocking_thread.h"

#include <pthread.h>

#include <utility>

#include "src/core/check.h"

namespace spanhold::sending {

BlockingThread::~BlockingThread() {
  SPANHOLD_CHECK(!thread_.joinable());
}

void BlockingThread::Start() {
  {
    const MutexLock lock(mutex_);
    running_ = true;
  }
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), name_.c_str());
}

bool BlockingThread::Post(Task task) {
  {
    const MutexLock lock(mutex_);
    if (!running_) {
      return false;
    }
    tasks_.push_back(std::move(task));
  }
  changed_.NotifyOne();
  return true;
}

void BlockingThread::Stop() {
  {
    const MutexLock lock(mutex_);
    running_ = false;
  }
  changed_.NotifyOne();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void BlockingThread::Run() {
  bool stop = false;
  while (!stop) {
    for (Task& task : Wait(stop)) {
      task();
    }
    timers_.RunDue(clock_.Now());
  }
}

std::vector<BlockingThread::Task> BlockingThread::Wait(bool& stop) {
  const MutexLock lock(mutex_);
  while (tasks_.empty()) {
    if (!running_) {
      stop = true;
      break;
    }
    const auto due = timers_.NextDue();
    if (!due) {
      changed_.Wait(mutex_);
    } else if (clock_.Now() < *due) {
      changed_.WaitUntil(mutex_, *due);
    } else {
      break;
    }
  }
  return std::exchange(tasks_, {});
}

}  // namespace spanhold::sending
