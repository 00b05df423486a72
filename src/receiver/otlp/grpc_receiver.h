#pragma once

#include <memory>

#include "src/config/endpoint.h"
#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/random.h"
#include "src/net/event_loop.h"
#include "src/pipeline/admission.h"
#include "src/pipeline/component.h"
#include "src/pipeline/ledger.h"
#include "src/pipeline/telemetry.h"
#include "src/receiver/otlp/grpc_config.h"
#include "src/rpc/grpc_loop.h"

namespace spanhold::otlp_receiver {

// OTLP/gRPC: takes traces on TraceService/Export, and answers health checks. See grpc.md for what
// is answered when, and docs/decisions/grpc-server.md for why it is built like this.
//
// Threading: bound to the thread that builds the service; connections are accepted on the loop and
// calls run on the gRPC loop.
// Ownership: what `Parts` refers to must outlive it and the last answer of the admission.
// Counts: in the account, each call with a request that was begun; metrics and logs in
//         spanhold_receiver_unsupported_requests{receiver,transport,signal};
//         spanhold_receiver_accept_pauses{receiver,transport};
//         spanhold_receiver_request_duration_seconds{receiver,transport}.
class GrpcReceiver final : public Component {
 public:
  struct Parts {
    Admission& admission;
    ReceiverAccount& account;  // of this receiver, transport "grpc"
    MemoryBudget& budget;
    Telemetry& telemetry;
    const Clock& clock;
    Random& random;
    // Both run from before Start() until after Shutdown().
    net::EventLoop& loop;
    rpc::GrpcLoop& grpc_loop;
  };

  GrpcReceiver(const GrpcConfig& config, const Parts& parts);
  ~GrpcReceiver() override;
  GrpcReceiver(const GrpcReceiver&) = delete;
  GrpcReceiver& operator=(const GrpcReceiver&) = delete;

  [[nodiscard]] Status Start() override;

  // Ends the connections with GOAWAY and waits for the answers under way, and for clients to leave,
  // for 2 s at most, however late the deadline.
  [[nodiscard]] Status Shutdown(Deadline deadline) override;

  // Only after Start().
  const config::Endpoint& bound_endpoint() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spanhold::otlp_receiver
