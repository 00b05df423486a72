#pragma once

#include <cstdint>

#include "src/core/clock.h"
#include "src/receiver/otlp/grpc_config.h"
#include "src/rpc/grpc_loop.h"

struct grpc_server;
struct grpc_server_credentials;

namespace spanhold::otlp_receiver {

// gRPC's server, given connections that others have accepted. Its calls end on the loop.
//
// Threading: bound to the thread that builds the service, but for Serve(), which is thread-safe.
// Ownership: the loop must outlive it.
class GrpcServer {
 public:
  // `quota_bytes`: what gRPC may hold before it resets calls.
  GrpcServer(const GrpcConfig& config, uint64_t quota_bytes, rpc::GrpcLoop& loop);
  // BeginShutdown() must have been called, and its tag completed.
  ~GrpcServer();
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  // Takes over a connected socket. Not after BeginShutdown().
  void Serve(int fd);

  // Says GOAWAY to every connection; `ended` completes on the loop when all calls have ended and all
  // clients have left.
  void BeginShutdown(rpc::Completion& ended);

  // Ends what is still open.
  void CancelAllCalls();

  grpc_server* get() { return server_; }

 private:
  grpc_server* const server_;
  grpc_server_credentials* const credentials_;
  rpc::GrpcLoop& loop_;
};

}  // namespace spanhold::otlp_receiver
