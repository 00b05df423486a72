// The daemon and its commands; see spanhold --help.

#include <malloc.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/app/command_line.h"
#include "src/app/components.h"
#include "src/app/service.h"
#include "src/app/signals.h"
#include "src/app/status_command.h"
#include "src/app/version.h"
#include "src/config/environment.h"
#include "src/config/load.h"
#include "src/config/print.h"
#include "src/config/report.h"
#include "src/core/log.h"
#include "src/files/file_system.h"
#include "src/journal/offline.h"

namespace spanhold::app {
namespace {

void Print(FILE* out, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), out);
}

std::optional<std::string> EnvironmentVariable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// What `command_line` and the environment ask for; nothing, after every mistake was printed, when
// it is wrong.
std::optional<config::ServiceConfig> Load(const CommandLine& command_line) {
  config::Sources sources{command_line.configs, command_line.sets};
  if (sources.configs.empty()) {
    const StatusOr<std::string> yaml = config::EnvironmentYaml(EnvironmentVariable);
    if (!yaml.ok()) {
      Print(stderr, "error: " + std::string(MessageOf(yaml.status())) + "\n");
      return std::nullopt;
    }
    sources.configs.push_back("yaml:" + *yaml);
  }
  config::Report report;
  std::optional<config::ServiceConfig> loaded =
      config::LoadServiceConfig(sources, ComponentTypes(), EnvironmentVariable, report);
  for (const std::string& warning : report.Warnings()) {
    Print(stderr, "warning: " + warning + "\n");
  }
  for (const std::string& error : report.Errors()) {
    Print(stderr, "error: " + error + "\n");
  }
  return loaded;
}

// A connection is a descriptor, and the usual soft limit of 1024 is soon used up.
void RaiseOpenFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

// Request buffers come and go many times a second. With glibc's own thresholds each of 128 KiB and
// more is mapped anew and its pages zeroed by the kernel: a fifth of the CPU time of a receiver
// under load. Up to 32 MiB of freed memory stay with the process instead.
void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
}

int Run(const CommandLine& command_line) {
  KeepFreedMemory();
  std::optional<config::ServiceConfig> config = Load(command_line);
  if (!config) {
    return kExitUsage;
  }
  ConfigureLog(config->telemetry.log_level, config->telemetry.log_format);
  BlockSignals();
  RaiseOpenFileLimit();
  Service service(*std::move(config));
  if (const Status status = service.Start(); !status.ok()) {
    Log(LogLevel::kError, "spanhold", MessageOf(status));
    return kExitFailed;
  }
  const std::string_view signal = WaitForShutdownSignal();
  LetSignalsEndTheProcess();
  service.Shutdown(signal);
  Log(LogLevel::kInfo, "spanhold", "ended");
  return kExitOk;
}

int Validate(const CommandLine& command_line) {
  if (!Load(command_line)) {
    return kExitUsage;
  }
  Print(stdout, "the configuration is valid\n");
  return kExitOk;
}

int PrintConfig(const CommandLine& command_line) {
  if (command_line.reference) {
    Print(stdout, config::ReferenceYaml(ComponentTypes()));
    return kExitOk;
  }
  const std::optional<config::ServiceConfig> config = Load(command_line);
  if (!config) {
    return kExitUsage;
  }
  Print(stdout, config::EffectiveYaml(*config));
  return kExitOk;
}

int ListComponents() {
  for (const config::ComponentKind kind : config::kComponentKinds) {
    Print(stdout, std::string(config::SectionName(kind)) + ":\n");
    for (const config::ComponentType& type : ComponentTypes()) {
      if (type.kind != kind) {
        continue;
      }
      std::string names = type.names.front();
      for (size_t i = 1; i < type.names.size(); ++i) {
        names += ", " + type.names[i];
      }
      Print(stdout, "  " + names + ": " + type.help + "\n");
    }
  }
  return kExitOk;
}

int ShowStatus(const CommandLine& command_line) {
  const StatusOr<std::string> page = FetchStatus(command_line.address);
  if (!page.ok()) {
    Print(stderr, "error: " + std::string(MessageOf(page.status())) + "\n");
    return kExitFailed;
  }
  Print(stdout, *page);
  return kExitOk;
}

int LookIntoJournal(const CommandLine& command_line) {
  const journal::Output out = [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
  };
  FileSystem& files = PosixFileSystem();
  const std::string& directory = command_line.directory;
  Status status;
  switch (command_line.journal_action) {
    case CommandLine::JournalAction::kInspect:
      status = journal::Inspect(files, directory, out);
      break;
    case CommandLine::JournalAction::kVerify:
      status = journal::Verify(files, directory, out);
      break;
    case CommandLine::JournalAction::kExport:
      status = journal::Export(files, directory, command_line.all, out);
      break;
  }
  if (!status.ok()) {
    Print(stderr, "error: " + std::string(MessageOf(status)) + "\n");
    return kExitFailed;
  }
  return kExitOk;
}

int Main(int argc, char** argv) {
  const ParsedCommandLine parsed = ParseCommandLine(argc, argv);
  if (!parsed.run) {
    Print(parsed.exit_code == kExitOk ? stdout : stderr, parsed.message);
    return parsed.exit_code;
  }
  switch (parsed.command_line.command) {
    case CommandLine::Command::kRun:
      return Run(parsed.command_line);
    case CommandLine::Command::kValidate:
      return Validate(parsed.command_line);
    case CommandLine::Command::kPrintConfig:
      return PrintConfig(parsed.command_line);
    case CommandLine::Command::kComponents:
      return ListComponents();
    case CommandLine::Command::kStatus:
      return ShowStatus(parsed.command_line);
    case CommandLine::Command::kJournal:
      return LookIntoJournal(parsed.command_line);
    case CommandLine::Command::kVersion:
      Print(stdout, std::string("spanhold ") + kVersion + "\n");
      return kExitOk;
  }
  return kExitUsage;
}

}  // namespace
}  // namespace spanhold::app

int main(int argc, char** argv) {
  return spanhold::app::Main(argc, argv);
}
