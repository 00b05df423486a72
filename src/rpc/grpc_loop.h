#pragma once

#include <memory>

#include <absl/functional/any_invocable.h>

#include "src/core/clock.h"
#include "src/core/timers.h"

struct grpc_completion_queue;

namespace spanhold::rpc {

// What a tag of the loop's queue points to.
class Completion {
 public:
  virtual ~Completion() = default;
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  // The operation has ended, `ok` as gRPC says it. On the loop's thread.
  virtual void Complete(bool ok) = 0;

 protected:
  Completion() = default;
};

// The thread on which the operations of all gRPC servers and clients end, from one completion queue.
//
// One for both sides, since gRPC's pollers share one epoll set: with a queue and a thread each, they
// hand each other their events (docs/decisions/grpc-server.md). What runs here must be short.
//
// Threading: thread-safe, but for timers(), which is bound to the loop's thread.
// Ownership: outlives the servers and clients that use it; `clock` must outlive it.
class GrpcLoop {
 public:
  explicit GrpcLoop(const Clock& clock);
  ~GrpcLoop();
  GrpcLoop(const GrpcLoop&) = delete;
  GrpcLoop& operator=(const GrpcLoop&) = delete;

  void Start();

  // Joins the thread; every server and client must be shut down. What was posted runs first. Safe a
  // second time, and without Start().
  void Stop();

  // For operations: each tag is a const Completion*, which lives until it is completed.
  grpc_completion_queue* queue();

  // Timers that run on the loop's thread, and may be set there alone.
  Timers& timers();

  // Runs `function` on the loop's thread. Not after Stop().
  void Post(absl::AnyInvocable<void()> function);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spanhold::rpc
