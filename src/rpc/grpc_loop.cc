#include "src/rpc/grpc_loop.h"

#include <pthread.h>

#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <absl/synchronization/mutex.h>
#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <grpc/support/time.h>

#include "src/core/check.h"
#include "src/core/log.h"
#include "src/core/mutex.h"

namespace spanhold::rpc {
namespace {

// gRPC writes to stderr what it thinks is an error; a call that fails because of it says so too.
void LogGrpc(gpr_log_func_args* args) {
  Log(LogLevel::kDebug, "grpc", args->message, {{"file", args->file}, {"line", args->line}});
}

// For the whole process. Gives the queue that the loop waits at.
grpc_completion_queue* SetUpGrpc() {
  gpr_set_log_function(&LogGrpc);
  // Debian's Abseil is built with the search for deadlocks: 4 % of a call in a profile, and one lock
  // for all of gRPC's mutexes.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc_init();
  return grpc_completion_queue_create_for_next(nullptr);
}

gpr_timespec ToGpr(const std::optional<TimePoint>& deadline) {
  if (!deadline) {
    return gpr_inf_future(GPR_CLOCK_MONOTONIC);
  }
  const auto since_boot = deadline->time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
  return {seconds.count(), static_cast<int32_t>((since_boot - seconds).count()),
          GPR_CLOCK_MONOTONIC};
}

}  // namespace

struct GrpcLoop::Impl final : public Completion {
  explicit Impl(const Clock& c) : clock(c) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() override {
    grpc_call_unref(call);
    grpc_channel_destroy(channel);
    grpc_completion_queue_destroy(queue);
    grpc_shutdown();
  }

  void Run();
  void Complete(bool ok) override;

  const Clock& clock;
  grpc_completion_queue* const queue = SetUpGrpc();
  TimerQueue timers;
  std::thread thread;
  bool stopped = false;

  // A call that is never made: its batches of no operations wake the loop, for they end at once.
  grpc_channel* const channel =
      grpc_lame_client_channel_create("", GRPC_STATUS_UNAVAILABLE, "never used");
  grpc_call* const call =
      grpc_channel_create_call(channel, nullptr, 0, queue, grpc_slice_from_static_string("/"),
                               nullptr, gpr_inf_future(GPR_CLOCK_MONOTONIC), nullptr);
  Mutex mutex;
  std::vector<absl::AnyInvocable<void()>> posted SPANHOLD_GUARDED_BY(mutex);
};

void GrpcLoop::Impl::Run() {
  for (;;) {
    const std::optional<TimePoint> due = timers.NextDue();
    const grpc_event event = grpc_completion_queue_next(queue, ToGpr(due), nullptr);
    if (event.type == GRPC_QUEUE_SHUTDOWN) {
      return;
    }
    if (event.type == GRPC_OP_COMPLETE) {
      static_cast<Completion*>(event.tag)->Complete(event.success != 0);
    }
    if (due) {
      timers.RunDue(clock.Now());
    }
  }
}

// Runs what was posted.
void GrpcLoop::Impl::Complete(bool /*ok*/) {
  std::vector<absl::AnyInvocable<void()>> functions;
  {
    const MutexLock lock(mutex);
    functions = std::exchange(posted, {});
  }
  for (absl::AnyInvocable<void()>& function : functions) {
    function();
  }
}

GrpcLoop::GrpcLoop(const Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}

GrpcLoop::~GrpcLoop() {
  Stop();
}

void GrpcLoop::Start() {
  impl_->thread = std::thread([this] {
    pthread_setname_np(pthread_self(), "grpc");
    impl_->Run();
  });
}

void GrpcLoop::Stop() {
  if (std::exchange(impl_->stopped, true)) {
    return;
  }
  grpc_completion_queue_shutdown(impl_->queue);
  if (impl_->thread.joinable()) {
    impl_->thread.join();
  } else {
    impl_->Run();  // never started: nothing is open
  }
}

grpc_completion_queue* GrpcLoop::queue() {
  return impl_->queue;
}

Timers& GrpcLoop::timers() {
  return impl_->timers;
}

void GrpcLoop::Post(absl::AnyInvocable<void()> function) {
  const MutexLock lock(impl_->mutex);
  impl_->posted.push_back(std::move(function));
  Completion* const tag = impl_.get();
  const grpc_call_error error = grpc_call_start_batch(impl_->call, nullptr, 0, tag, nullptr);
  SPANHOLD_CHECK(error == GRPC_CALL_OK);
}

}  // namespace spanhold::rpc
