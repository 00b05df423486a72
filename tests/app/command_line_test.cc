#include "src/app/command_line.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanhold::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Command = CommandLine::Command;

ParsedCommandLine Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "spanhold");
  return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data());
}

TEST(CommandLineTest, RunsWithoutArguments) {
  const ParsedCommandLine parsed = Parse({});

  EXPECT_TRUE(parsed.run);
  EXPECT_EQ(parsed.command_line.command, Command::kRun);
  EXPECT_TRUE(parsed.command_line.configs.empty());
}

TEST(CommandLineTest, TakesConfigsAndSetsInOrder) {
  const ParsedCommandLine parsed =
      Parse({"--config", "a.yaml", "--config=b.yaml", "--set", "x.y=1", "--set=z=2"});

  EXPECT_THAT(parsed.command_line.configs, ElementsAre("a.yaml", "b.yaml"));
  EXPECT_THAT(parsed.command_line.sets, ElementsAre("x.y=1", "z=2"));
}

TEST(CommandLineTest, SubcommandsTakeTheSameOptions) {
  const ParsedCommandLine parsed = Parse({"validate", "--config", "a.yaml"});

  EXPECT_EQ(parsed.command_line.command, Command::kValidate);
  EXPECT_THAT(parsed.command_line.configs, ElementsAre("a.yaml"));
}

TEST(CommandLineTest, OptionsBeforeASubcommandCountToo) {
  const ParsedCommandLine parsed = Parse({"--config", "a.yaml", "run"});

  EXPECT_EQ(parsed.command_line.command, Command::kRun);
  EXPECT_THAT(parsed.command_line.configs, ElementsAre("a.yaml"));
}

TEST(CommandLineTest, StatusAsksTheDefaultMetricsAddress) {
  EXPECT_EQ(Parse({"status"}).command_line.address, "localhost:8888");
  EXPECT_EQ(Parse({"status", "--address", "host:1"}).command_line.address, "host:1");
}

TEST(CommandLineTest, AJournalIsLookedIntoByDirectory) {
  using Action = CommandLine::JournalAction;
  const CommandLine inspect = Parse({"journal", "inspect", "/var/j"}).command_line;
  const CommandLine verify = Parse({"journal", "verify", "/var/j"}).command_line;
  const CommandLine exported = Parse({"journal", "export", "/var/j", "--all"}).command_line;

  EXPECT_EQ(inspect.command, Command::kJournal);
  EXPECT_EQ(inspect.journal_action, Action::kInspect);
  EXPECT_EQ(inspect.directory, "/var/j");
  EXPECT_EQ(verify.journal_action, Action::kVerify);
  EXPECT_EQ(exported.journal_action, Action::kExport);
  EXPECT_TRUE(exported.all);
  EXPECT_EQ(Parse({"journal"}).exit_code, kExitUsage);
  EXPECT_EQ(Parse({"journal", "verify"}).exit_code, kExitUsage);
}

TEST(CommandLineTest, HelpIsForNewcomers) {
  const ParsedCommandLine parsed = Parse({"--help"});

  EXPECT_FALSE(parsed.run);
  EXPECT_EQ(parsed.exit_code, kExitOk);
  for (const char* wanted : {"SPANHOLD_OTLP_ENDPOINT", "JAEGER_ENDPOINT", "--config", "validate",
                             "status", "localhost:4317"}) {
    EXPECT_THAT(parsed.message, HasSubstr(wanted));
  }
}

TEST(CommandLineTest, WrongUsageIsExitCode2) {
  for (const auto& arguments : std::vector<std::vector<const char*>>{
           {"--no-such"}, {"no-such-command"}, {"--config"}, {"run", "validate"}}) {
    const ParsedCommandLine parsed = Parse(arguments);
    EXPECT_FALSE(parsed.run);
    EXPECT_EQ(parsed.exit_code, kExitUsage);
    EXPECT_FALSE(parsed.message.empty());
  }
}

}  // namespace
}  // namespace spanhold::app
