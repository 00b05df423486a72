#include "src/app/components.h"

namespace spanhold::app {
namespace {

using config::ComponentConfig;
using config::ComponentKind;
using config::ComponentType;

template <typename Config>
ComponentType Type(ComponentKind kind, std::vector<std::string> names, std::string help) {
  return {kind, std::move(names), std::move(help), [] { return std::make_unique<Config>(); }};
}

// The configuration that the same entry's make_config() has made.
template <typename Config>
const Config& As(const ComponentConfig& config) {
  return static_cast<const Config&>(config);
}

}  // namespace
}  // namespace spanhold::app
