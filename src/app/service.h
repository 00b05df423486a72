#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/app/admin_server.h"
#include "src/app/components.h"
#include "src/app/status_page.h"
#include "src/config/service_config.h"
#include "src/core/freed_memory.h"
#include "src/exporter/storage/lane_storage.h"
#include "src/journal/journal.h"
#include "src/journal/journal_intake.h"
#include "src/queue/intake.h"
#include "src/queue/worker.h"

namespace spanhold::app {

// The running daemon: everything that one configuration asks for, wired together.
//
//   receivers -> Intake -> Worker (processors -> FanOut), one for each pipeline -> exporters
//
// With a journal, JournalIntake takes the place of Intake, and the journal hands to the workers.
//
// Threading: bound to the main thread. Ownership: owns every part; `config` is kept.
class Service {
 public:
  explicit Service(config::ServiceConfig config);
  // Shutdown() must have returned if Start() was called.
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Starts exporters, then workers, then receivers, and says in the log where spans come in and
  // where they go. On error what had started is shut down, and the error is one line for the user.
  [[nodiscard]] Status Start();

  // Stops taking spans, delivers what is held within the configuration's shutdown_timeout, counts
  // and says what was left. `signal` is the name of the one that asks for it.
  void Shutdown(std::string_view signal);

 private:
  struct HealthCheckEntry {
    const config::ComponentEntry* entry = nullptr;
    std::unique_ptr<health_check::HealthCheck> check;
  };

  void Build();
  void BuildExporters();
  void BuildPipeline(const config::PipelineConfig& pipeline);
  void BuildJournal();
  void BuildReceivers();
  std::vector<LogOnDisk> LogsOnDisk() const;
  std::string DiskProblem() const;
  Admission& WayIn(const std::vector<Worker*>& workers);
  void BuildExtensions();
  Status StartParts();
  Status StartAdmin();
  void ShutDownParts();
  void SetReady(bool ready);
  void AddGauges();
  void LogStart() const;
  void LogLedger() const;

  const config::ServiceConfig config_;
  const SystemClock clock_;
  const TimePoint started_;
  Random random_;
  MemoryBudget budget_;
  Telemetry telemetry_;
  Ledger ledger_;
  net::EventLoop receiver_loop_;
  net::EventLoop exporter_loop_;
  AfterBurst after_burst_;
  net::EventLoop admin_loop_;
  rpc::GrpcLoop grpc_loop_;
  Parts parts_;

  std::unique_ptr<journal::Journal> journal_;  // null: none; outlives every span
  std::map<std::string, std::unique_ptr<Exporter>> exporters_;
  std::vector<const storage::LaneStorage*> storages_;  // of these
  WaitingRoom waiting_room_;
  std::map<std::string, std::unique_ptr<Worker>> workers_;  // by pipeline id
  std::deque<Intake> intakes_;
  std::deque<journal::JournalIntake> journal_intakes_;
  std::vector<std::unique_ptr<Component>> receivers_;
  std::vector<HealthCheckEntry> health_checks_;
  AdminServer admin_;
  std::atomic<bool> ready_{false};
};

}  // namespace spanhold::app
