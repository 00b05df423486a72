#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "src/config/service_config.h"
#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/random.h"
#include "src/exporter/sending/grpc_client.h"
#include "src/extension/health_check/health_check.h"
#include "src/net/event_loop.h"
#include "src/pipeline/admission.h"
#include "src/pipeline/component.h"
#include "src/pipeline/exporter.h"
#include "src/pipeline/ledger.h"
#include "src/pipeline/processor.h"
#include "src/pipeline/telemetry.h"

namespace spanhold::app {

// What components are built from. Each constructor is given only what it needs of it.
struct Parts {
  const Clock& clock;
  Random& random;
  MemoryBudget& budget;
  Telemetry& telemetry;
  Ledger& ledger;
  net::EventLoop& receivers;  // accepts, HTTP sessions
  net::EventLoop& exporters;  // HTTP clients, retry timers
  net::EventLoop& admin;      // health, metrics, status
  rpc::GrpcLoop& grpc_loop;
  // Where a component finds another that it names; null where none does.
  const config::ServiceConfig* config = nullptr;
};

// How one type of component is made. Which function is set follows from the type's kind.
struct ComponentFactory {
  config::ComponentType type;

  std::function<std::unique_ptr<Component>(const std::string& id, const config::ComponentConfig&,
                                           Admission&, Parts&)>
      make_receiver;
  // Null for a type that is only configuration (memory_limiter), as the next but one (file_storage).
  std::function<std::unique_ptr<Processor>(const std::string& id, const config::ComponentConfig&,
                                           TraceConsumer& next, PipelineAccount&, Timers&, Parts&)>
      make_processor;
  std::function<std::unique_ptr<Exporter>(const std::string& id, const config::ComponentConfig&,
                                          Parts&)>
      make_exporter;
  std::function<std::unique_ptr<health_check::HealthCheck>(const std::string& id,
                                                           const config::ComponentConfig&, Parts&)>
      make_health_check;
};

// Every component there is: the one place that names them all.
const std::vector<ComponentFactory>& Components();

// Their types, for the configuration.
const std::vector<config::ComponentType>& ComponentTypes();

}  // namespace spanhold::app
