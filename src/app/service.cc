#include "src/app/service.h"

#include <algorithm>
#include <utility>

#include "src/app/process_metrics.h"
#include "src/app/version.h"
#include "src/core/check.h"
#include "src/core/log.h"

namespace spanhold::app {
namespace {

const ComponentFactory& FactoryOf(const config::ComponentEntry& entry) {
  const auto& factories = Components();
  const auto found =
      std::find_if(factories.begin(), factories.end(), [&](const ComponentFactory& factory) {
        return factory.type.kind == entry.type->kind &&
               factory.type.names.front() == entry.type->names.front();
      });
  SPANHOLD_CHECK(found != factories.end());
  return *found;
}

}  // namespace

Service::Service(config::ServiceConfig config)
    : config_(std::move(config)),
      started_(clock_.Now()),
      random_(RandomSeed()),
      budget_(config::MemoryBudgetOf(config_), [this] { after_burst_.Drained(); }),
      ledger_(telemetry_, clock_),
      receiver_loop_("http-in", static_cast<int>(config_.threads)),
      exporter_loop_("exporters", 1),
      after_burst_(exporter_loop_, clock_),
      admin_loop_("admin", 1),
      grpc_loop_(clock_),
      parts_{clock_,         random_,        budget_,     telemetry_, ledger_,
             receiver_loop_, exporter_loop_, admin_loop_, grpc_loop_, &config_},
      waiting_room_({.patience = config_.queue.wait}, clock_, exporter_loop_, ledger_),
      admin_(telemetry_, admin_loop_, [this] {
        return StatusPage(ledger_, budget_, LogsOnDisk(), ready_, clock_.Now() - started_);
      }) {
  Build();
}

Service::~Service() = default;

void Service::Build() {
  AddProcessMetrics(telemetry_, budget_, clock_);
  BuildExporters();
  for (const config::PipelineConfig& pipeline : config_.pipelines) {
    BuildPipeline(pipeline);
  }
  BuildJournal();
  BuildReceivers();
  BuildExtensions();
  AddGauges();
}

void Service::BuildExporters() {
  for (const config::ComponentEntry& entry : config_.exporters) {
    std::unique_ptr<Exporter>& exporter = exporters_[entry.id];
    exporter = FactoryOf(entry).make_exporter(entry.id, *entry.config, parts_);
    if (const auto* storage = dynamic_cast<const storage::LaneStorage*>(exporter.get())) {
      storages_.push_back(storage);
    }
  }
}

void Service::BuildPipeline(const config::PipelineConfig& pipeline) {
  PipelineAccount& account = ledger_.AddPipeline(pipeline.id, pipeline.exporters);
  auto worker = std::make_unique<Worker>(
      account, IntakeLimits{config_.queue.size, config_.queue.bytes}, clock_);

  if (!config_.journal.enabled) {
    worker->PaceClients();
  }

  std::vector<FanOut::Lane> lanes;
  for (size_t i = 0; i < pipeline.exporters.size(); ++i) {
    Exporter& exporter = *exporters_.at(pipeline.exporters[i]);
    LaneAccount& lane = ledger_.lane(account.lanes().first + static_cast<LaneId>(i));
    exporter.AddLane(lane);
    lane.SetHeldReader([&exporter, &lane] { return exporter.HeldSpans(lane); });
    lane.SetTroubleReader([&exporter] { return exporter.trouble(); });
    exporter.AddRoomListener([worker = worker.get()] { worker->Wake(); });
    lanes.push_back({&exporter, &lane});
  }
  auto fan_out = std::make_unique<FanOut>(account, std::move(lanes));

  // From the last to the first, because each is built with the next one.
  std::vector<std::unique_ptr<Processor>> processors;
  TraceConsumer* next = fan_out.get();
  for (auto id = pipeline.processors.rbegin(); id != pipeline.processors.rend(); ++id) {
    const config::ComponentEntry& entry = *config_.Find(config::ComponentKind::kProcessor, *id);
    const ComponentFactory& factory = FactoryOf(entry);
    if (factory.make_processor) {
      processors.push_back(factory.make_processor(entry.id, *entry.config, *next, account,
                                                  worker->timers(), parts_));
      next = processors.back().get();
    }
  }
  std::reverse(processors.begin(), processors.end());
  worker->SetChain(std::move(processors), std::move(fan_out), [this] {
    waiting_room_.OnRoom();
    if (journal_) {
      journal_->OnRoom();
    }
  });
  account.SetHeldReader([worker = worker.get()] { return worker->HeldSpans(); });
  workers_[pipeline.id] = std::move(worker);
}

void Service::BuildJournal() {
  if (!config_.journal.enabled) {
    return;
  }
  journal_ = std::make_unique<journal::Journal>(
      config_.journal, journal::Journal::Parts{PosixFileSystem(), clock_, random_, exporter_loop_,
                                               budget_, telemetry_, ledger_});
}

// The journal and the exporters' storages.
std::vector<LogOnDisk> Service::LogsOnDisk() const {
  std::vector<LogOnDisk> logs;
  if (journal_) {
    constexpr char kRefused[] = "clients are told to send again later";
    logs.push_back(
        {*journal_, !journal_->is_bypassed(),
         journal_->is_bypassed() ? "requests go on without being kept on disk" : kRefused, kRefused,
         ""});
  }
  for (const storage::LaneStorage* storage : storages_) {
    const char* const consequence = storage->is_blocking()
                                        ? "what comes for it waits, and holds back the clients"
                                        : "what comes for it is dropped";
    logs.push_back({storage->log(), storage->is_blocking(), consequence, consequence,
                    std::to_string(storage->size()) + " of " + std::to_string(storage->capacity()) +
                        " of its queue"});
  }
  return logs;
}

// Why clients are held back or refused; "": they are not.
std::string Service::DiskProblem() const {
  for (const LogOnDisk& log : LogsOnDisk()) {
    if (const auto problem = log.log.problem(); problem && log.holds_back) {
      return log.log.report().name() + ": " + problem->what;
    }
  }
  return "";
}

// Where a receiver whose spans go to `workers` takes its requests.
Admission& Service::WayIn(const std::vector<Worker*>& workers) {
  Intake& intake = intakes_.emplace_back(workers, waiting_room_);
  if (!journal_) {
    return intake;
  }
  const uint32_t route = journal_->AddRoute({workers.begin(), workers.end()});
  return journal_intakes_.emplace_back(*journal_, route, intake);
}

void Service::BuildReceivers() {
  for (const config::ComponentEntry& entry : config_.receivers) {
    std::vector<Worker*> workers;
    for (const config::PipelineConfig& pipeline : config_.pipelines) {
      const auto& ids = pipeline.receivers;
      if (std::find(ids.begin(), ids.end(), entry.id) != ids.end()) {
        workers.push_back(workers_.at(pipeline.id).get());
      }
    }
    receivers_.push_back(
        FactoryOf(entry).make_receiver(entry.id, *entry.config, WayIn(workers), parts_));
  }
}

void Service::BuildExtensions() {
  for (const config::ComponentEntry& entry : config_.extensions) {
    const ComponentFactory& factory = FactoryOf(entry);
    if (factory.make_health_check) {
      auto check = factory.make_health_check(entry.id, *entry.config, parts_);
      check->SetProblemReader([this] { return DiskProblem(); });
      health_checks_.push_back({&entry, std::move(check)});
    }
  }
}

void Service::AddGauges() {
  for (const auto& [id, worker] : workers_) {
    const IntakeQueue& queue = worker->queue();
    using Kind = Telemetry::Kind;
    const MetricLabels labels = {{"pipeline", id}};
    telemetry_.AddCallback(Kind::kGauge, "spanhold_queue_spans", "Spans in the intake queue.",
                           labels, [&queue] { return static_cast<double>(queue.spans()); });
    telemetry_.AddCallback(Kind::kGauge, "spanhold_queue_bytes", "Bytes in the intake queue.",
                           labels, [&queue] { return static_cast<double>(queue.bytes()); });
    telemetry_.AddCallback(Kind::kGauge, "spanhold_queue_capacity_spans",
                           "Spans that the intake queue may hold.", labels,
                           [&queue] { return static_cast<double>(queue.limits().spans); });
    telemetry_.AddCallback(
        Kind::kGauge, "spanhold_pipeline_held_spans",
        "Spans in the intake queue, the worker's hand and the processors.", labels,
        [worker = worker.get()] { return static_cast<double>(worker->HeldSpans()); });
  }
  for (const LaneAccount& lane : ledger_.lanes()) {
    telemetry_.AddCallback(Telemetry::Kind::kGauge, "spanhold_exporter_held_spans",
                           "Spans in the sending queue, in flight or waiting for a retry.",
                           {{"exporter", lane.exporter()}, {"pipeline", lane.pipeline()}},
                           [&lane] { return static_cast<double>(lane.held()); });
  }
}

Status Service::Start() {
  receiver_loop_.Start();
  exporter_loop_.Start();
  admin_loop_.Start();
  grpc_loop_.Start();
  if (Status status = StartParts(); !status.ok()) {
    ShutDownParts();
    return status;
  }
  SetReady(true);
  LogStart();
  return absl::OkStatus();
}

Status Service::StartParts() {
  SPANHOLD_RETURN_IF_ERROR(StartAdmin());
  for (const auto& [id, exporter] : exporters_) {
    SPANHOLD_RETURN_IF_ERROR(Annotate(exporter->Start(), "exporters." + id));
  }
  for (const auto& [id, worker] : workers_) {
    SPANHOLD_RETURN_IF_ERROR(Annotate(worker->Start(), "service.pipelines." + id));
  }
  if (journal_) {
    journal_->Start(journal::LaneNames(ledger_));
  }
  for (size_t i = 0; i < receivers_.size(); ++i) {
    SPANHOLD_RETURN_IF_ERROR(
        Annotate(receivers_[i]->Start(), "receivers." + config_.receivers[i].id));
  }
  return absl::OkStatus();
}

// An address that nobody asked for may be taken, by a Jaeger on the same host for example: then
// traces matter more than the page.
Status Service::StartAdmin() {
  const auto judge = [](const Status& status, const std::string& name, bool configured) {
    if (!status.ok() && !configured) {
      Log(LogLevel::kWarn, name, "does without its default address", {{"error", status}});
      return Status();
    }
    return Annotate(status, name);
  };
  const config::TelemetryConfig& telemetry = config_.telemetry;
  if (telemetry.metrics_enabled) {
    SPANHOLD_RETURN_IF_ERROR(judge(admin_.Start(telemetry.MetricsEndpoint()),
                                   "service.telemetry.metrics", telemetry.metrics_configured));
  }
  for (const auto& [entry, check] : health_checks_) {
    SPANHOLD_RETURN_IF_ERROR(judge(check->Start(), "extensions." + entry->id, entry->configured));
  }
  return absl::OkStatus();
}

void Service::LogStart() const {
  for (const config::PipelineConfig& pipeline : config_.pipelines) {
    for (const std::string& id : pipeline.exporters) {
      const config::ComponentEntry& entry = *config_.Find(config::ComponentKind::kExporter, id);
      Log(LogLevel::kInfo, pipeline.id, "spans go to " + id,
          {{"destination", entry.config->Destination()}});
    }
  }
  Log(LogLevel::kInfo, "spanhold", "ready: point a service's OTLP exporter at it",
      {{"version", kVersion}});
}

void Service::SetReady(bool ready) {
  ready_ = ready;
  for (const HealthCheckEntry& health_check : health_checks_) {
    health_check.check->SetReady(ready);
  }
}

// The books at rest: what was taken and what became of it, once and for all.
void Service::LogLedger() const {
  for (const PipelineAccount& account : ledger_.pipelines()) {
    Log(LogLevel::kInfo, account.name(), "what became of its spans",
        {{"accepted", account.accepted()},
         {"sampled_out", account.sampled_out()},
         {"dropped", account.dropped()},
         {"handed_on", account.handed()},
         {"kept", account.kept()},
         {"held", account.held()}});
  }
  for (const LaneAccount& account : ledger_.lanes()) {
    Log(LogLevel::kInfo, account.pipeline() + " > " + account.exporter(),
        "what became of its spans",
        {{"handed_on", account.handed()},
         {"sent", account.sent()},
         {"rejected", account.rejected()},
         {"dropped", account.dropped()},
         {"kept", account.kept()},
         {"held", account.held()}});
  }
}

void Service::Shutdown(std::string_view signal) {
  SetReady(false);
  Log(LogLevel::kInfo, "spanhold", "shutting down; a second signal ends at once",
      {{"signal", signal}});
  ShutDownParts();
  LogLedger();
}

void Service::ShutDownParts() {
  const Deadline deadline = clock_.Now() + config_.shutdown_timeout;
  const auto shut_down = [&](Component& component) {
    if (const Status status = component.Shutdown(deadline); !status.ok()) {
      Log(LogLevel::kError, "spanhold", "did not end cleanly", {{"error", status}});
    }
  };
  SetReady(false);
  for (const auto& receiver : receivers_) {
    shut_down(*receiver);
  }
  if (journal_) {
    journal_->CloseIntake();
  }
  waiting_room_.Close();
  for (const auto& [id, worker] : workers_) {
    worker->Drain(deadline);
  }
  for (const auto& [id, exporter] : exporters_) {
    exporter->Drain(deadline);
  }
  for (const auto& [id, exporter] : exporters_) {
    shut_down(*exporter);
  }
  if (journal_) {
    journal_->Close();
  }
  for (const HealthCheckEntry& health_check : health_checks_) {
    health_check.check->Stop(deadline);
  }
  admin_.Stop(deadline);
  grpc_loop_.Stop();
  admin_loop_.Stop();
  exporter_loop_.Stop();
  receiver_loop_.Stop();
}

}  // namespace spanhold::app
