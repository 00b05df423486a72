#include "tests/config/compatibility_table.h"

#include <gmock/gmock.h>

#include "tests/config/sample_config.h"

namespace spanhold::config {
namespace {

struct Component final : ComponentConfig {
  bool insecure = false;
  Duration timeout = std::chrono::seconds(5);

  void Describe(Fields& fields) override {
    fields.Time({"timeout", ""}, timeout);
    fields.Section({"tls", ""}, [this](Fields& tls) { tls.Bool({"insecure", ""}, insecure); });
    fields.Refused({"storage", ""}, "use a | b");
  }
};

std::vector<std::string> Compare(const std::string& rows) {
  const std::vector<ComponentType> types = {{ComponentKind::kExporter, {"x"}, "", [] {
                                               return std::make_unique<Component>();
                                             }}};
  std::vector<std::string> differences;
  for (const std::string& difference :
       CompareCompatibility(ParseCompatibility("## exporters.x\n" + rows), types)) {
    if (difference.compare(0, 8, "service.") != 0) {
      differences.push_back(difference);
    }
  }
  return differences;
}

constexpr char kRight[] =
    "| Key | Here | Default | Note |\n"
    "|---|---|---|---|\n"
    "| `timeout` | other default | `5s` | the Collector: 1s |\n"
    "| `storage` | refused | | use a \\| b |\n"
    "## tls\n"
    "| `insecure` | supported | `false` | |\n"
    "## Others\n"
    "| `a` | `b` |\n";

TEST(CompatibilityTableTest, AgreesWithTheProgram) {
  EXPECT_THAT(Compare(kRight), testing::IsEmpty());
}

TEST(CompatibilityTableTest, NamesEveryDifference) {
  EXPECT_THAT(Compare("| `timeout` | supported | `1s` | |\n"
                      "| `storage` | supported | | |\n"
                      "| `other` | supported | `1` | |\n"
                      "| `tls.insecure` | refused | | |\n"),
              testing::ElementsAre("line 2: exporters.x.timeout: the default is 5s, not 1s",
                                   "line 5: exporters.x.tls.insecure: is supported, not refused",
                                   "line 3: exporters.x.storage: is refused, not supported",
                                   "line 4: exporters.x.other: no component has this key"));
  EXPECT_THAT(Compare("| `storage` | refused | | no |\n"),
              testing::ElementsAre("exporters.x.timeout: is missing",
                                   "exporters.x.tls.insecure: is missing",
                                   "line 2: exporters.x.storage: the reason is: use a | b"));
}

}  // namespace
}  // namespace spanhold::config
