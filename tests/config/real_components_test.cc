#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "src/app/components.h"
#include "src/config/load.h"
#include "tests/config/compatibility_table.h"
#include "tests/config/fake_environment.h"

// What only the program's real components can show: that the environment makes configurations of
// them, and that docs/compatibility.md says what they do.

namespace spanhold::config {
namespace {

using testing::IsEmpty;

std::string ReadPage() {
  std::ifstream file(SPANHOLD_SOURCE_DIR "/docs/compatibility.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(RealComponentsTest, EnvironmentAloneConfigures) {
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

TEST(RealComponentsTest, CompatibilityPageSaysWhatTheProgramDoes) {
  EXPECT_THAT(CompareCompatibility(ParseCompatibility(ReadPage()), app::ComponentTypes()),
              IsEmpty());
}

// The errors of a configuration whose exporter keeps its queue in `storage`.
std::vector<std::string> StorageErrors(const std::string& storage,
                                       const std::string& running = "file_storage") {
  Report report;
  const std::string yaml =
      "yaml:\n"
      "receivers: {otlp: {protocols: {grpc: }}}\n"
      "exporters:\n"
      "  otlp:\n"
      "    endpoint: tempo:4317\n"
      "    sending_queue: {" +
      storage +
      "}\n"
      "extensions: {file_storage: , file_storage/idle: , health_check: }\n"
      "service:\n"
      "  extensions: [health_check, file_storage/idle, " +
      running +
      "]\n"
      "  pipelines: {traces: {receivers: [otlp], exporters: [otlp]}}\n";
  LoadServiceConfig({{yaml}, {}}, app::ComponentTypes(), FakeEnvironment({}), report);
  return report.Errors();
}

TEST(RealComponentsTest, AStorageIsAnExtensionThatRunsAndIsOne) {
  EXPECT_THAT(StorageErrors("storage: file_storage"), IsEmpty());
  EXPECT_THAT(StorageErrors("storage: file_storge"),
              testing::ElementsAre(testing::HasSubstr(
                  ":6: exporters.otlp.sending_queue.storage: file_storge is not configured in "
                  "extensions; did you mean \"file_storage\"?")));
  EXPECT_THAT(StorageErrors("storage: health_check"),
              testing::ElementsAre(testing::HasSubstr(
                  ":6: exporters.otlp.sending_queue.storage: health_check is no storage; use "
                  "file_storage")));
  EXPECT_THAT(StorageErrors("storage: file_storage", "file_storage/idle"),
              testing::Contains(testing::HasSubstr(
                  "exporters.otlp.sending_queue.storage: file_storage does not run; add it to "
                  "service.extensions")));
  EXPECT_THAT(StorageErrors("enabled: false, storage: other"), IsEmpty());
}

TEST(RealComponentsTest, WaitForResultIsRefusedWithAStorageToo) {
  EXPECT_THAT(StorageErrors("storage: file_storage, wait_for_result: true"),
              testing::ElementsAre(testing::HasSubstr("sending_queue.wait_for_result")));
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

TEST(RealComponentsTest, CompatibilityPageListsComponentsThatAreExplained) {
  const std::string page = ReadPage();
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
