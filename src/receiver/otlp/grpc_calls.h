#pragma once

#include <memory>
#include <string>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/random.h"
#include "src/pipeline/admission.h"
#include "src/pipeline/ledger.h"
#include "src/pipeline/telemetry.h"
#include "src/receiver/otlp/read_gate.h"

struct grpc_completion_queue;
struct grpc_server;

namespace spanhold::otlp_receiver {

// The calls of one gRPC server: accepts them, reads their messages as the gate lets it, hands them
// to Ingest and answers.
//
//   accepted ─▶ gate ─▶ read ─▶ Ingest ─▶ answered ─▶ freed
//      └─────────┴───────┴──────────────────▲ refused, rejected, health
//
// Threading: everything runs on the thread of Run(), but for the answers of the admission, which
// may come on any, also after this object is gone.
// Ownership: what `Parts` refers to must outlive it and the last answer of the admission.
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
  };

  GrpcCalls(const ReadGate::Limits& limits, const Parts& parts);
  // Run() must have returned.
  ~GrpcCalls();
  GrpcCalls(const GrpcCalls&) = delete;
  GrpcCalls& operator=(const GrpcCalls&) = delete;

  // Serves `server`'s calls, all of which come to `queue`, until `queue` is shut down. From the
  // moment the server is shut down the calls that wait are refused.
  void Run(grpc_server* server, grpc_completion_queue* queue);

  // From here on no answer is begun any more: to be called before the queue is shut down. Calls that
  // have not been answered are ended. Thread-safe.
  void Close();

 private:
  class Call;
  class Loop;
  struct Shared;

  const ReadGate::Limits limits_;
  const std::shared_ptr<Shared> shared_;  // last owner: the admission's last answer
};

}  // namespace spanhold::otlp_receiver
