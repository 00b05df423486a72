// The YAML that ships in config/ against the compiled components.

#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/app/components.h"
#include "src/config/environment.h"
#include "src/config/load.h"
#include "src/config/print.h"

namespace spanhold::app {
namespace {

using testing::IsEmpty;

std::string Shipped(const std::string& name) {
  const std::ifstream file(std::string(SPANHOLD_SOURCE_DIR "/config/") + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

config::Environment Home() {
  return [](const std::string& name) {
    return name == "HOME" ? std::optional<std::string>("/home/user") : std::nullopt;
  };
}

TEST(ShippedConfigTest, DefaultIsWhatAnEmptyEnvironmentMakes) {
  const auto yaml = config::EnvironmentYaml([](const std::string&) { return std::nullopt; });

  ASSERT_TRUE(yaml.ok());
  EXPECT_EQ(Shipped("default.yaml"), *yaml);
}

TEST(ShippedConfigTest, ReferenceIsWhatTheComponentsSay) {
  EXPECT_EQ(Shipped("reference.yaml"), config::ReferenceYaml(ComponentTypes()))
      << "made by: spanhold print-config --reference > config/reference.yaml";
}

TEST(ShippedConfigTest, EachLoadsWithoutErrorsAndWarnings) {
  for (const char* name : {"default.yaml", "sidecar.yaml", "gateway.yaml"}) {
    config::Report report;

    const auto loaded = config::LoadServiceConfig({{SPANHOLD_SOURCE_DIR "/config/" + std::string(name)}, {}},
                                                  ComponentTypes(), Home(), report);

    EXPECT_TRUE(loaded.has_value()) << name;
    EXPECT_THAT(report.Errors(), IsEmpty());
    EXPECT_THAT(report.Warnings(), IsEmpty());
  }
}

}  // namespace
}  // namespace spanhold::app
