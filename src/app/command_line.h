#pragma once

#include <string>
#include <vector>

namespace spanhold::app {

// What the user asked for. Errors of usage and --help end in ParseCommandLine().
struct CommandLine {
  // journal ACTION DIRECTORY
  enum class JournalAction { kInspect, kVerify, kExport };
  enum class Command { kRun, kValidate, kPrintConfig, kComponents, kStatus, kJournal, kVersion };

  Command command = Command::kRun;
  std::vector<std::string> configs;  // --config, in order
  std::vector<std::string> sets;     // --set a.b=c, in order
  bool reference = false;            // print-config --reference
  std::string address;               // status --address
  JournalAction journal_action = JournalAction::kInspect;
  std::string directory;  // of the journal
  bool all = false;       // journal export --all
};

// How ParseCommandLine() ended: with a command, or with a text for the user and an exit code.
struct ParsedCommandLine {
  bool run = false;
  CommandLine command_line;
  std::string message;
  int exit_code = 0;
};

// Exit codes of the program.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

ParsedCommandLine ParseCommandLine(int argc, const char* const* argv);

}  // namespace spanhold::app
