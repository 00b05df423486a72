#include "src/app/components.h"

#include <utility>

#include "src/app/storage.h"
#include "src/app/version.h"
#include "src/config/memory_limiter.h"
#include "src/exporter/debug/config.h"
#include "src/exporter/debug/transport.h"
#include "src/exporter/file/config.h"
#include "src/exporter/file/transport.h"
#include "src/exporter/jaeger/config.h"
#include "src/exporter/jaeger/transport.h"
#include "src/exporter/nop/nop_exporter.h"
#include "src/exporter/otlp_grpc/config.h"
#include "src/exporter/otlp_grpc/transport.h"
#include "src/exporter/otlp_http/config.h"
#include "src/exporter/otlp_http/transport.h"
#include "src/exporter/sending/lane.h"
#include "src/extension/file_storage/config.h"
#include "src/files/file_system.h"
#include "src/processor/batch/batch_processor.h"
#include "src/processor/batch/config.h"
#include "src/processor/probabilistic_sampler/config.h"
#include "src/processor/probabilistic_sampler/probabilistic_sampler.h"
#include "src/receiver/otlp/config.h"
#include "src/receiver/otlp/receiver.h"

namespace spanhold::app {
namespace {

using config::ComponentConfig;
using config::ComponentKind;

template <typename Config>
ComponentFactory Factory(ComponentKind kind, std::vector<std::string> names, std::string help) {
  ComponentFactory factory;
  factory.type = {kind, std::move(names), std::move(help), [] {
                    return std::make_unique<Config>();
                  }};
  return factory;
}

// What the same entry's make_config() has made.
template <typename Config>
const Config& As(const ComponentConfig& config) {
  return static_cast<const Config&>(config);
}

std::unique_ptr<Exporter> Lane(const std::string& id, const sending::SendingConfig& config,
                               std::unique_ptr<sending::Transport> transport, Parts& parts) {
  return WithStorage(id, config, parts, [&](const sending::SendingConfig& sending) {
    return std::make_unique<sending::Lane>(id, sending, std::move(transport), parts.exporters,
                                           parts.clock, parts.random, parts.budget,
                                           parts.telemetry);
  });
}

ComponentFactory OtlpReceiver() {
  using otlp_receiver::Config;
  ComponentFactory factory = Factory<Config>(ComponentKind::kReceiver, {"otlp"},
                                             "takes spans over OTLP/gRPC and OTLP/HTTP");
  factory.make_receiver = [](const std::string& id, const ComponentConfig& config,
                             Admission& admission, Parts& parts) {
    return std::make_unique<otlp_receiver::OtlpReceiver>(
        As<Config>(config), id,
        otlp_receiver::OtlpReceiver::Parts{admission, parts.ledger, parts.budget, parts.telemetry,
                                           parts.clock, parts.random, parts.receivers,
                                           parts.grpc_loop});
  };
  return factory;
}

ComponentFactory Batch() {
  ComponentFactory factory = Factory<batch::Config>(
      ComponentKind::kProcessor, {"batch"}, "joins the spans of many requests into batches");
  factory.make_processor = [](const std::string& id, const ComponentConfig& config,
                              TraceConsumer& next, PipelineAccount& /*account*/, Timers& timers,
                              Parts& parts) {
    return std::make_unique<batch::BatchProcessor>(As<batch::Config>(config), id, next, timers,
                                                   parts.clock, parts.telemetry);
  };
  return factory;
}

ComponentFactory ProbabilisticSampler() {
  using probabilistic_sampler::Config;
  ComponentFactory factory = Factory<Config>(ComponentKind::kProcessor, {"probabilistic_sampler"},
                                             "keeps a share of the traces, by their ids");
  factory.make_processor = [](const std::string& id, const ComponentConfig& config,
                              TraceConsumer& next, PipelineAccount& account, Timers& /*timers*/,
                              Parts& parts) {
    return std::make_unique<probabilistic_sampler::ProbabilisticSampler>(
        As<Config>(config), id, next, account, parts.budget, parts.clock, parts.telemetry);
  };
  return factory;
}

// Only configuration: the service makes its memory budget from it.
ComponentFactory MemoryLimiter() {
  ComponentFactory factory;
  factory.type = config::MemoryLimiterType();
  return factory;
}

ComponentFactory OtlpGrpcExporter() {
  using otlp_grpc::Config;
  ComponentFactory factory =
      Factory<Config>(ComponentKind::kExporter, {"otlp_grpc", "otlp"}, "sends OTLP over gRPC");
  factory.make_exporter = [](const std::string& id, const ComponentConfig& config, Parts& parts) {
    const auto& typed = As<Config>(config);
    return Lane(
        id, typed.sending,
        std::make_unique<otlp_grpc::OtlpGrpcTransport>(typed, parts.grpc_loop, parts.budget),
        parts);
  };
  return factory;
}

ComponentFactory OtlpHttpExporter() {
  using otlp_http::Config;
  ComponentFactory factory = Factory<Config>(ComponentKind::kExporter, {"otlp_http", "otlphttp"},
                                             "sends OTLP over HTTP, protobuf or JSON");
  factory.make_exporter = [](const std::string& id, const ComponentConfig& config, Parts& parts) {
    const auto& typed = As<Config>(config);
    otlp_http::Transport::Parts transport{parts.budget, parts.clock, parts.exporters,
                                          std::string("Spanhold/") + kVersion};
    return Lane(id, typed.sending,
                std::make_unique<otlp_http::Transport>(typed, std::move(transport)), parts);
  };
  return factory;
}

ComponentFactory JaegerExporter() {
  using jaeger::Config;
  ComponentFactory factory =
      Factory<Config>(ComponentKind::kExporter, {"jaeger"},
                      "sends to a Jaeger by Thrift over HTTP or by its own gRPC");
  factory.make_exporter = [](const std::string& id, const ComponentConfig& config, Parts& parts) {
    const auto& typed = As<Config>(config);
    return Lane(
        id, typed.sending,
        jaeger::MakeTransport(typed, parts.exporters, parts.grpc_loop, parts.budget, parts.clock),
        parts);
  };
  return factory;
}

ComponentFactory FileExporter() {
  using file::Config;
  ComponentFactory factory =
      Factory<Config>(ComponentKind::kExporter, {"file"},
                      "writes OTLP JSON lines or protobuf to files, with rotation");
  factory.make_exporter = [](const std::string& id, const ComponentConfig& config, Parts& parts) {
    const auto& typed = As<Config>(config);
    const file::FileTransport::Dependencies dependencies{PosixFileSystem(), parts.clock,
                                                         parts.budget, parts.telemetry};
    return Lane(id, typed.sending, std::make_unique<file::FileTransport>(id, typed, dependencies),
                parts);
  };
  return factory;
}

ComponentFactory DebugExporter() {
  using debug::Config;
  ComponentFactory factory =
      Factory<Config>(ComponentKind::kExporter, {"debug"}, "shows spans on stdout, for a person");
  factory.make_exporter = [](const std::string& id, const ComponentConfig& config, Parts& parts) {
    const auto& typed = As<Config>(config);
    return Lane(id, typed.sending, std::make_unique<debug::DebugTransport>(id, typed, parts.clock),
                parts);
  };
  return factory;
}

ComponentFactory NopExporter() {
  ComponentFactory factory =
      Factory<nop::Config>(ComponentKind::kExporter, {"nop"}, "takes spans and sends them nowhere");
  factory.make_exporter = [](const std::string& /*id*/, const ComponentConfig& /*config*/,
                             Parts& /*parts*/) {
    return std::make_unique<nop::NopExporter>();
  };
  return factory;
}

ComponentFactory HealthCheck() {
  using health_check::Config;
  ComponentFactory factory = Factory<Config>(ComponentKind::kExtension, {"health_check"},
                                             "tells over HTTP whether the daemon takes spans");
  factory.make_health_check = [](const std::string& id, const ComponentConfig& config,
                                 Parts& parts) {
    return std::make_unique<health_check::HealthCheck>(id, As<Config>(config), parts.clock,
                                                       parts.admin);
  };
  return factory;
}

// Only configuration: exporters keep their queues where it says.
ComponentFactory FileStorage() {
  return Factory<file_storage::Config>(ComponentKind::kExtension, {"file_storage"},
                                       "keeps the sending queues of exporters on disk");
}

}  // namespace

const std::vector<ComponentFactory>& Components() {
  static const std::vector<ComponentFactory> kComponents = {
      OtlpReceiver(),         Batch(),
      ProbabilisticSampler(), MemoryLimiter(),
      OtlpGrpcExporter(),     OtlpHttpExporter(),
      JaegerExporter(),       FileExporter(),
      DebugExporter(),        NopExporter(),
      HealthCheck(),          FileStorage()};
  return kComponents;
}

const std::vector<config::ComponentType>& ComponentTypes() {
  static const std::vector<config::ComponentType> kTypes = [] {
    std::vector<config::ComponentType> types;
    for (const ComponentFactory& factory : Components()) {
      types.push_back(factory.type);
    }
    return types;
  }();
  return kTypes;
}

}  // namespace spanhold::app
