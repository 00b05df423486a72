#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>

#include "src/app/components.h"
#include "src/config/load.h"
#include "src/config/print.h"
#include "tests/config/compatibility_table.h"
#include "tests/config/fake_environment.h"

// The files that ship with the program, compared with its components.

namespace spanhold::config {
namespace {

using testing::IsEmpty;

constexpr char kRoot[] = SPANHOLD_SOURCE_DIR;

std::string ReadShipped(const std::string& path) {
  std::ifstream file(std::string(kRoot) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ShippedFilesTest, ConfigurationsLoadWithoutErrorsAndWarnings) {
  for (const std::string name : {"default", "sidecar", "gateway"}) {
    Report report;

    const auto config =
        LoadServiceConfig({{std::string(kRoot) + "/config/" + name + ".yaml"}, {}},
                          app::ComponentTypes(), FakeEnvironment({{"HOME", "/home/me"}}), report);

    EXPECT_TRUE(config.has_value());
    EXPECT_THAT(report.Errors(), IsEmpty());
    EXPECT_THAT(report.Warnings(), IsEmpty());
  }
}

TEST(ShippedFilesTest, EnvironmentAloneConfigures) {
  for (const std::map<std::string, std::string>& variables :
       {std::map<std::string, std::string>{{"HOME", "/home/me"}},
        {{"TRACING_ENABLED", "false"}, {"SPANHOLD_LISTEN_HOST", "0.0.0.0"}},
        {{"SPANHOLD_OTLP_ENDPOINT", "tempo:4317"}},
        {{"SPANHOLD_OTLP_ENDPOINT", "https://tempo"},
         {"JAEGER_ENDPOINT", "http://jaeger:14268/api/traces"}}}) {
    Report report;

    const auto config =
        LoadServiceConfig({}, app::ComponentTypes(), FakeEnvironment(variables), report);

    EXPECT_TRUE(config.has_value());
    EXPECT_THAT(report.Errors(), IsEmpty());
    EXPECT_THAT(report.Warnings(), IsEmpty());
  }
}

TEST(ShippedFilesTest, ReferenceIsWhatTheProgramPrints) {
  EXPECT_EQ(ReadShipped("config/reference.yaml"), ReferenceYaml(app::ComponentTypes()))
      << "run: spanhold print-config --reference > config/reference.yaml";
}

TEST(ShippedFilesTest, CompatibilityPageSaysWhatTheProgramDoes) {
  EXPECT_THAT(CompareCompatibility(ParseCompatibility(ReadShipped("docs/compatibility.md")),
                                   app::ComponentTypes()),
              IsEmpty());
}

// The names in backquotes of the row "| KIND | `a`, `b` |".
std::vector<std::string> NamesInRow(const std::string& page, std::string_view kind) {
  const std::string start = "\n| " + std::string(kind) + " | ";
  const size_t begin = page.find(start);
  EXPECT_NE(begin, std::string::npos) << kind;
  std::istringstream row(page.substr(begin + start.size(), page.find('\n', begin + 1) - begin));
  std::vector<std::string> names;
  for (std::string name; std::getline(row, name, '`') && std::getline(row, name, '`');) {
    names.push_back(name);
  }
  return names;
}

TEST(ShippedFilesTest, CompatibilityPageListsComponentsThatAreExplained) {
  const std::string page = ReadShipped("docs/compatibility.md");
  for (const ComponentKind kind : kComponentKinds) {
    const std::vector<std::string> names = NamesInRow(page, SectionName(kind));

    EXPECT_FALSE(names.empty());
    for (const std::string& name : names) {
      EXPECT_EQ(FindType(app::ComponentTypes(), kind, name), nullptr) << name;
      EXPECT_THAT(ExplainUnknownType(app::ComponentTypes(), kind, name),
                  testing::StartsWith("Spanhold has no "));
    }
  }
}

}  // namespace
}  // namespace spanhold::config
