#pragma once

#include <memory>
#include <string>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/random.h"
#include "src/pipeline/admission.h"
#include "src/pipeline/ledger.h"
#include "src/pipeline/telemetry.h"
#include "src/receiver/otlp/peers.h"
#include "src/receiver/otlp/read_gate.h"
#include "src/rpc/grpc_loop.h"

struct grpc_server;

namespace spanhold::otlp_receiver {

// The calls of one gRPC server: accepts them, reads their messages as the gate lets it, hands them
// to Ingest and answers.
//
//   accepted ─▶ gate ─▶ read ─▶ Ingest ─▶ answered ─▶ freed
//      └─────────┴───────┴──────────────────▲ refused, rejected, health
//
// Threading: everything runs on the gRPC loop's thread, but for the answers of the admission, which
// may come on any, also after this object is gone.
// Ownership: what `Parts` refers to must outlive it and, but for the peers, the last answer of the
// admission.
// Counts: see GrpcReceiver.
class GrpcCalls {
 public:
  struct Parts {
    Admission& admission;
    ReceiverAccount& account;
    MemoryBudget& budget;
    Telemetry& telemetry;
    const Clock& clock;
    Random& random;
    rpc::GrpcLoop& loop;
    const Peers& peers;
  };

  GrpcCalls(const ReadGate::Limits& limits, const Parts& parts);
  // If Start() was called, Close() must have been called and have completed.
  ~GrpcCalls();
  GrpcCalls(const GrpcCalls&) = delete;
  GrpcCalls& operator=(const GrpcCalls&) = delete;

  // Serves `server`'s calls. From the moment the server is shut down the calls that wait are refused.
  void Start(grpc_server* server);

  // From here on no answer is begun any more, and calls that wait for one are ended. `gone` completes
  // on the loop when none is left, which can be later than the server's own end: that does not wait
  // for calls whose connection is gone. After Start(); the server's shutdown must have begun.
  void Close(rpc::Completion& gone);

 private:
  class Call;
  class Loop;
  struct Shared;

  const ReadGate::Limits limits_;
  const Parts parts_;
  const std::shared_ptr<Shared> shared_;  // last owner: the admission's last answer
  std::unique_ptr<Loop> loop_;
};

}  // namespace spanhold::otlp_receiver
