#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/random.h"
#include "src/net/event_loop.h"
#include "src/pipeline/admission.h"
#include "src/pipeline/component.h"
#include "src/pipeline/ledger.h"
#include "src/pipeline/telemetry.h"
#include "src/receiver/otlp/config.h"
#include "src/rpc/grpc_loop.h"

namespace spanhold::otlp_receiver {

// The OTLP receiver: its gRPC server, its HTTP server or both, in front of one admission.
//
// Threading: bound to the thread that builds the service.
// Ownership: what `Parts` refers to must outlive it and the last answer of the admission.
class OtlpReceiver final : public Component {
 public:
  struct Parts {
    Admission& admission;
    Ledger& ledger;
    MemoryBudget& budget;
    Telemetry& telemetry;
    const Clock& clock;
    Random& random;
    // Both run from before Start() until after Shutdown().
    net::EventLoop& loop;
    rpc::GrpcLoop& grpc_loop;
  };

  OtlpReceiver(const Config& config, const std::string& id, const Parts& parts);

  // Opens all ports or none.
  [[nodiscard]] Status Start() override;
  [[nodiscard]] Status Shutdown(Deadline deadline) override;

 private:
  std::vector<std::unique_ptr<Component>> transports_;
};

}  // namespace spanhold::otlp_receiver
