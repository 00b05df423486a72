#include "src/config/load.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <absl/strings/str_cat.h>

#include "src/config/addresses.h"
#include "src/config/nearest.h"
#include "src/config/quote.h"
#include "src/config/reader.h"
#include "src/config/scalar.h"

namespace spanhold::config {
namespace {

constexpr std::string_view kStorageKey = "sending_queue.storage";
constexpr std::string_view kOtherSignals[] = {"metrics", "logs", "profiles"};

std::string_view TypeOf(std::string_view id) {
  return id.substr(0, id.find('/'));
}

// "otlp" or "otlp/name".
bool IsId(std::string_view id) {
  return !TypeOf(id).empty() && id.back() != '/' && id.find_first_of(" \t\n") == std::string::npos;
}

// Whether a reference in it was an error, which was said when it was expanded.
bool HasFailed(const Node& node) {
  return node.failed || std::any_of(node.items.begin(), node.items.end(), HasFailed) ||
         std::any_of(node.entries.begin(), node.entries.end(),
                     [](const NodeEntry& entry) { return HasFailed(entry.value); });
}

class Loader {
 public:
  Loader(const std::vector<ComponentType>& types, Report& report)
      : types_(types), report_(report) {}

  ServiceConfig Load(const Node& root) {
    Reader::Read(root, root.where, "", report_, [&](Reader& reader) {
      for (const ComponentKind kind : kComponentKinds) {
        const NodeEntry* section = reader.Take(SectionName(kind));
        if (section != nullptr) {
          ReadComponents(kind, *section);
        }
      }
      ReadConnectors(reader);
      const NodeEntry* service = reader.Take("service");
      ReadService(service == nullptr ? Node() : service->value,
                  service == nullptr ? root.where : service->where);
    });
    CheckAllStorages();
    CheckAllAddresses();
    return std::move(config_);
  }

 private:
  // A component id in the text, whether it could be read or not.
  struct Defined {
    Position where;
    bool used = false;
    const Node* node = nullptr;
    bool is_right = false;
  };
  using Ids = std::map<std::string, Defined, std::less<>>;

  void ReadComponents(ComponentKind kind, const NodeEntry& section) {
    const std::string path(SectionName(kind));
    WantMap(section.value, path);
    for (const NodeEntry& entry : section.value.entries) {
      Defined& defined = ids_[kind][entry.key];
      defined.where = entry.where;
      defined.node = &entry.value;
      const size_t errors = report_.error_count();
      ReadComponent(kind, entry, JoinPath(path, entry.key));
      defined.is_right = report_.error_count() == errors && !HasFailed(entry.value);
    }
  }

  // For maps whose keys are ids of the user's.
  void WantMap(const Node& node, const std::string& path) {
    if (!node.is_map() && !node.is_null()) {
      report_.Error(node.where, path, "want a map of ids, got " + ShowValue(node));
    }
  }

  void ReadComponent(ComponentKind kind, const NodeEntry& entry, const std::string& path) {
    const ComponentType* type = FindType(types_, kind, TypeOf(entry.key));
    if (type == nullptr || !IsId(entry.key)) {
      ids_[kind][entry.key].used = true;  // one error is enough
      report_.Error(entry.where, path,
                    IsId(entry.key) ? ExplainUnknownType(types_, kind, TypeOf(entry.key))
                                    : "want an id like \"otlp\" or \"otlp/name\"");
      return;
    }
    ComponentEntry component;
    component.id = entry.key;
    component.type = type;
    component.config = type->make_config();
    component.configured = !entry.value.entries.empty();
    component.where = entry.where;
    Reader::Read(entry.value, entry.where, path, report_,
                 [&](Reader& reader) { component.config->Describe(reader); });
    config_.Components(kind).push_back(std::move(component));
  }

  // Connectors are no part of Spanhold; one error is enough, so that pipelines may name them.
  void ReadConnectors(Reader& reader) {
    reader.Refused({"connectors", ""},
                   "Spanhold has no connectors; derive metrics in a Collector behind it");
    const NodeEntry* connectors = reader.Take("connectors");
    if (connectors != nullptr) {
      for (const NodeEntry& entry : connectors->value.entries) {
        for (const ComponentKind kind : {ComponentKind::kReceiver, ComponentKind::kExporter}) {
          ids_[kind][entry.key].used = true;
        }
      }
    }
  }

  void ReadService(const Node& service, const Position& where) {
    const size_t errors = report_.error_count();
    Reader::Read(service, where, "service", report_, [&](Reader& reader) {
      std::vector<std::string> extensions;
      reader.Strings({"extensions", ""}, extensions);
      Resolve(ComponentKind::kExtension, extensions, service.Find("extensions"), where,
              "service.extensions");
      OrderExtensions(extensions);
      ReadPipelines(reader.Take("pipelines"), where);
      config_.Describe(reader);
    });
    const Node* metrics = service.FindPath("telemetry.metrics");
    config_.telemetry.metrics_configured =
        metrics != nullptr &&
        (metrics->Find("address") != nullptr || metrics->Find("readers") != nullptr);
    // After an error above, what seems unused may only be named wrongly.
    if (report_.error_count() == errors) {
      ReportUnused();
    }
  }

  void ReadPipelines(const NodeEntry* pipelines, const Position& service) {
    const std::string path = "service.pipelines";
    if (pipelines == nullptr || pipelines->value.is_null() ||
        (pipelines->value.is_map() && pipelines->value.entries.empty())) {
      report_.Error(pipelines == nullptr ? service : pipelines->where, path,
                    "must have at least one pipeline");
      return;
    }
    WantMap(pipelines->value, path);
    for (const NodeEntry& entry : pipelines->value.entries) {
      ReadPipeline(entry, JoinPath(path, entry.key));
    }
  }

  void ReadPipeline(const NodeEntry& entry, const std::string& path) {
    const std::string_view signal = TypeOf(entry.key);
    if (signal != "traces" || !IsId(entry.key)) {
      ReportOtherSignal(entry, signal, path);
      return;
    }
    PipelineConfig pipeline;
    pipeline.id = entry.key;
    Reader::Read(entry.value, entry.where, path, report_, [&](Reader& reader) {
      pipeline.receivers = ReadIds(ComponentKind::kReceiver, entry, path, reader);
      pipeline.processors = ReadIds(ComponentKind::kProcessor, entry, path, reader);
      pipeline.exporters = ReadIds(ComponentKind::kExporter, entry, path, reader);
    });
    config_.pipelines.push_back(std::move(pipeline));
  }

  void ReportOtherSignal(const NodeEntry& entry, std::string_view signal, const std::string& path) {
    if (std::find(std::begin(kOtherSignals), std::end(kOtherSignals), signal) !=
        std::end(kOtherSignals)) {
      report_.Error(entry.where, path,
                    "Spanhold carries traces only; remove this pipeline, and send " +
                        std::string(signal) + " to a Collector");
    } else {
      report_.Error(entry.where, path, "want a pipeline id like \"traces\" or \"traces/name\"");
    }
  }

  std::vector<std::string> ReadIds(ComponentKind kind, const NodeEntry& pipeline,
                                   const std::string& path, Reader& reader) {
    const std::string_view key = SectionName(kind);
    std::vector<std::string> ids;
    reader.Strings({key, ""}, ids);
    const Node* node = pipeline.value.Find(key);
    const bool is_empty =
        node == nullptr || node->is_null() || (node->is_sequence() && node->items.empty());
    if (is_empty && kind != ComponentKind::kProcessor) {
      report_.Error(pipeline.where, path, "must have at least one " + std::string(KindName(kind)));
    }
    Resolve(kind, ids, node, pipeline.where, JoinPath(path, key));
    return ids;
  }

  // Reports ids that are not defined or are there twice, and notes the others as used. `node` is
  // the list, for the places of its items.
  void Resolve(ComponentKind kind, const std::vector<std::string>& ids, const Node* node,
               const Position& list, const std::string& path) {
    std::set<std::string> seen;
    for (size_t i = 0; i < ids.size(); ++i) {
      const Position& where = node == nullptr          ? list
                              : i < node->items.size() ? node->items[i].where
                                                       : node->where;
      const auto found = ids_[kind].find(ids[i]);
      if (found == ids_[kind].end()) {
        report_.Error(where, path, ids[i] + " is not configured in " + Suggest(kind, ids[i]));
      } else if (!seen.insert(ids[i]).second) {
        report_.Error(where, path, ids[i] + " is there twice");
      } else {
        found->second.used = true;
      }
    }
  }

  std::string Suggest(ComponentKind kind, const std::string& id) {
    std::vector<std::string_view> known;
    for (const auto& [other, defined] : ids_[kind]) {
      known.push_back(other);
    }
    const std::string_view nearest = report_.full() ? "" : Nearest(id, known);
    const std::string text(SectionName(kind));
    return nearest.empty() ? text : text + "; did you mean " + Quote(nearest) + "?";
  }

  // Keeps the extensions that the service runs, in its order.
  void OrderExtensions(const std::vector<std::string>& ids) {
    std::vector<ComponentEntry> ordered;
    for (const std::string& id : ids) {
      for (ComponentEntry& entry : config_.extensions) {
        if (entry.id == id) {
          ordered.push_back(std::move(entry));
        }
      }
    }
    config_.extensions = std::move(ordered);
  }

  void ReportUnused() {
    for (const auto& [kind, ids] : ids_) {
      for (const auto& [id, defined] : ids) {
        if (!defined.used) {
          report_.Error(defined.where, JoinPath(SectionName(kind), id),
                        kind == ComponentKind::kExtension
                            ? "is not used by service.extensions; add it there or remove it"
                            : "is not used by any pipeline; add it to one or remove it");
        }
      }
    }
  }

  // Each exporter's storage is an extension that runs and that is one.
  void CheckAllStorages() {
    for (const ComponentEntry& entry : config_.exporters) {
      const std::string id = entry.config->StorageId();
      const std::string problem = id.empty() ? "" : StorageProblem(id);
      if (!problem.empty()) {
        const Node* node = ids_[ComponentKind::kExporter][entry.id].node->FindPath(kStorageKey);
        report_.Error(node == nullptr ? entry.where : node->where,
                      JoinPath(JoinPath("exporters", entry.id), kStorageKey), problem);
      }
    }
  }

  std::string StorageProblem(const std::string& id) {
    const ComponentEntry* extension = config_.Find(ComponentKind::kExtension, id);
    if (extension != nullptr) {
      return extension->config->IsStorage() ? "" : id + " is no storage; use file_storage";
    }
    if (ids_[ComponentKind::kExtension].contains(id)) {
      return id + " does not run; add it to service.extensions";
    }
    return id + " is not configured in " + Suggest(ComponentKind::kExtension, id);
  }

  void CheckAllAddresses() {
    std::vector<Address> listeners;
    std::vector<Address> senders;
    if (config_.telemetry.metrics_enabled) {
      const Endpoint endpoint = config_.telemetry.MetricsEndpoint();
      listeners.push_back(
          {"service.telemetry.metrics.address", endpoint.Authority(), endpoint, {}});
    }
    for (const ComponentKind kind : kComponentKinds) {
      for (const ComponentEntry& entry : config_.Components(kind)) {
        if (ids_[kind][entry.id].is_right) {
          AddAddresses(kind, entry, entry.config->ListenEndpoints(), listeners);
          AddAddresses(kind, entry, entry.config->SendEndpoints(), senders);
        }
      }
    }
    CheckAddresses(listeners, senders, report_);
  }

  void AddAddresses(ComponentKind kind, const ComponentEntry& entry, std::vector<EndpointUse> uses,
                    std::vector<Address>& addresses) {
    const std::string path = JoinPath(SectionName(kind), entry.id);
    for (EndpointUse& use : uses) {
      const Node* node = ids_[kind][entry.id].node->FindPath(use.key);
      Address address;
      address.path = JoinPath(path, use.key);
      address.text = node != nullptr && node->is_scalar() ? node->text : use.endpoint.Authority();
      address.where = node == nullptr ? entry.where : node->where;
      address.endpoint = std::move(use.endpoint);
      addresses.push_back(std::move(address));
    }
  }

  const std::vector<ComponentType>& types_;
  Report& report_;
  std::map<ComponentKind, Ids> ids_;
  ServiceConfig config_;
};

}  // namespace

std::optional<ServiceConfig> LoadServiceConfig(const Sources& sources,
                                               const std::vector<ComponentType>& types,
                                               const Environment& environment, Report& report) {
  const std::optional<Node> root = ReadSources(sources, environment, report);
  if (!root) {
    return std::nullopt;
  }
  ServiceConfig config = Loader(types, report).Load(*root);
  return report.ok() ? std::optional(std::move(config)) : std::nullopt;
}

}  // namespace spanhold::config
