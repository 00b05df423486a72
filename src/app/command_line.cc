#include "src/app/command_line.h"

#include <CLI/CLI.hpp>

namespace spanhold::app {
namespace {

constexpr char kAbout[] =
    "Spanhold takes traces from your services over OTLP, batches and samples them, and delivers\n"
    "them to Jaeger, to any OTLP backend or to files.\n"
    "\n"
    "Without --config it is configured by the environment:\n"
    "  SPANHOLD_OTLP_ENDPOINT  an OTLP backend: host:4317, grpc://..., http://host:4318\n"
    "  JAEGER_ENDPOINT         a Jaeger: http://host:14268/api/traces\n"
    "  TRACING_ENABLED=false   accept spans and discard them\n"
    "  SPANHOLD_LISTEN_HOST    where to listen (localhost)\n"
    "With neither endpoint, traces go to files. Services send to localhost:4317 (gRPC) or :4318 "
    "(HTTP).";

constexpr char kFooter[] =
    "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.\n"
    "Try: spanhold validate --config FILE, or spanhold print-config to see what it would run.";

void AddConfigOptions(CLI::App& app, CommandLine& command_line) {
  app.add_option("--config", command_line.configs,
                 "Configuration in the OpenTelemetry Collector's YAML: a path, file:PATH, env:NAME "
                 "or yaml:TEXT. Repeated ones are merged, later ones win.")
      ->allow_extra_args(false);
  app.add_option("--set", command_line.sets, "Sets one key, e.g. processors.batch.timeout=2s")
      ->allow_extra_args(false);
}

void AddJournal(CLI::App& journal, CommandLine& command_line) {
  using Action = CommandLine::JournalAction;
  journal.require_subcommand(1);
  const auto add = [&](Action action, const char* name, const char* help) {
    CLI::App* subcommand = journal.add_subcommand(name, help);
    subcommand->add_option("directory", command_line.directory, "service.journal.directory")
        ->required();
    subcommand->callback([&command_line, action] { command_line.journal_action = action; });
    return subcommand;
  };
  add(Action::kInspect, "inspect", "Print what each file and entry is and whom it waits for.");
  add(Action::kVerify, "verify", "Check every byte; exit code 1 when something is damaged.");
  add(Action::kExport, "export", "Write what is not delivered as OTLP JSON, a request a line.")
      ->add_flag("--all", command_line.all,
                 "Also what every exporter has settled and that is not deleted yet.");
}

}  // namespace

ParsedCommandLine ParseCommandLine(int argc, const char* const* argv) {
  using Command = CommandLine::Command;
  ParsedCommandLine parsed;
  CommandLine& command_line = parsed.command_line;
  CLI::App app(kAbout, "spanhold");
  app.footer(kFooter);
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", SPANHOLD_VERSION);
  AddConfigOptions(app, command_line);

  const auto add = [&](Command command, const char* name, const char* help) {
    CLI::App* subcommand = app.add_subcommand(name, help);
    subcommand->callback([&command_line, command] { command_line.command = command; });
    return subcommand;
  };
  AddConfigOptions(*add(Command::kRun, "run", "Run the daemon (the default)."), command_line);
  AddConfigOptions(*add(Command::kValidate, "validate", "Check a configuration and exit."),
                   command_line);
  CLI::App* print = add(Command::kPrintConfig, "print-config",
                        "Print the effective configuration with all defaults; secrets are masked.");
  AddConfigOptions(*print, command_line);
  print->add_flag("--reference", command_line.reference,
                  "Print every key of every component with its default and meaning instead.");
  add(Command::kComponents, "components", "List the components that a configuration can use.");
  CLI::App* status = add(Command::kStatus, "status",
                         "Show what a running daemon received, delivered, dropped and holds.");
  status
      ->add_option("--address", command_line.address,
                   "Its metrics address: service.telemetry.metrics.")
      ->default_val("localhost:8888");
  AddJournal(*add(Command::kJournal, "journal", "Look into the journal of a stopped daemon."),
             command_line);
  add(Command::kVersion, "version", "Print the version.");

  try {
    app.parse(argc, argv);
    parsed.run = true;
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    const int code = app.exit(error, out, out);
    parsed.message = out.str();
    parsed.exit_code = code == 0 ? kExitOk : kExitUsage;
  }
  return parsed;
}

}  // namespace spanhold::app
