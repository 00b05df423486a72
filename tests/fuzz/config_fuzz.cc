#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "src/config/load.h"
#include "src/config/print.h"
#include "tests/config/fake_components.h"
#include "tests/config/fake_environment.h"

namespace spanhold::config {
namespace {

std::string Effective(const std::string& text) {
  const Environment environment = FakeEnvironment(
      {{"CONFIG", text}, {"HOST", "localhost"}, {"LIST", "[a, b]"}, {"LOOP", "${env:LOOP}"}});
  Report report;
  const auto config = LoadServiceConfig({{"env:CONFIG"}, {}}, FakeTypes(), environment, report);
  if (config.has_value() != report.ok()) {
    std::abort();
  }
  report.Errors();
  report.Warnings();
  return config ? EffectiveYaml(*config) : "";
}

}  // namespace
}  // namespace spanhold::config

// Any bytes are either a configuration, and what is printed of it loads as the same one, or a list
// of errors.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string printed = spanhold::config::Effective(text);
  if (!printed.empty() && spanhold::config::Effective(printed) != printed) {
    std::fputs(printed.c_str(), stderr);
    std::abort();
  }
  return 0;
}
