#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/config/fields.h"

namespace spanhold::config {

enum class ComponentKind { kReceiver, kProcessor, kExporter, kExtension };

// Every kind, in the order in which a configuration has them.
inline constexpr ComponentKind kComponentKinds[] = {
    ComponentKind::kReceiver, ComponentKind::kProcessor, ComponentKind::kExporter,
    ComponentKind::kExtension};

// "receiver", and the key of the configuration that holds them: "receivers".
std::string_view KindName(ComponentKind kind);
std::string_view SectionName(ComponentKind kind);

// A type of component that a configuration can use.
struct ComponentType {
  ComponentKind kind = ComponentKind::kReceiver;
  // The name in use first, then older ones: "otlp_http", "otlphttp".
  std::vector<std::string> names;
  // What it does, in a line for a person: "joins requests into batches".
  std::string help;
  // Its configuration with every key at its default.
  std::function<std::unique_ptr<ComponentConfig>()> make_config;
};

// The type of `kind` with one of its names `name`, or null. Ownership: points into `types`.
const ComponentType* FindType(const std::vector<ComponentType>& types, ComponentKind kind,
                              std::string_view name);

// Why a name is no type of `kind`, and what to do: the nearest known one, what stands in for a
// component that the Collector has, or all there are.
std::string ExplainUnknownType(const std::vector<ComponentType>& types, ComponentKind kind,
                               std::string_view name);

}  // namespace spanhold::config
