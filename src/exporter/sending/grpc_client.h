#pragma once

#include <memory>
#include <string>

#include <absl/functional/any_invocable.h>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/rope.h"
#include "src/core/status.h"
#include "src/exporter/sending/grpc_client_config.h"
#include "src/rpc/grpc_loop.h"

namespace spanhold::sending {

// Unary calls to one server over gRPC, messages as bytes. Any number of calls share one connection
// to each address of the server's name. gRPC reconnects by itself, within seconds, and resolves the
// name anew when it does; a call fails at once while there is no connection, unless the
// configuration says `wait_for_ready`.
//
// Threading: thread-safe; callbacks run on the loop's thread, or on the caller's where Call() has
// nothing to wait for.
class GrpcClient {
 public:
  // The response message, of at most 4 MiB (OTLP 1.11), or the server's or gRPC's own error with
  // the delay the server asks for. kUnavailable: no connection, or it broke; kDeadlineExceeded;
  // kCancelled by Shutdown(). Called exactly once.
  using Done = absl::AnyInvocable<void(StatusOr<std::string>)>;

  GrpcClient(GrpcClientConfig config, rpc::GrpcLoop& loop, MemoryBudget& budget);
  // Shutdown() must have returned if Start() was called.
  ~GrpcClient();
  GrpcClient(const GrpcClient&) = delete;
  GrpcClient& operator=(const GrpcClient&) = delete;

  // Reads certificates; does not connect. An error names the file or the key.
  [[nodiscard]] Status Start();

  // Sends `message`, compressed if the configuration says so. `method` is "/package.Service/Method".
  // `deadline` is of the operating system's monotonic clock.
  void Call(const char* method, Rope message, Deadline deadline, Done done);

  // Cancels open calls, and waits until their callbacks have returned and gRPC has let go of their
  // messages. The loop must run. Safe a second time, and
  // without Start(). Not from a callback.
  void Shutdown();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spanhold::sending
