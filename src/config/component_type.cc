#include "src/config/component_type.h"

#include <algorithm>

#include <absl/strings/str_cat.h>

#include "src/config/nearest.h"
#include "src/config/quote.h"

namespace spanhold::config {
namespace {

// A component that the Collector has and Spanhold has not.
struct Missing {
  ComponentKind kind;
  std::vector<std::string_view> names;
  std::string_view instead;
};

constexpr std::string_view kTracesOnly = "Spanhold carries traces only; remove it";
constexpr std::string_view kSendOtlp = "let the services send OTLP";
constexpr std::string_view kBehindCollector =
    "send to a Collector that has it with the otlp_grpc exporter";

const std::vector<Missing>& MissingComponents() {
  using Kind = ComponentKind;
  static const std::vector<Missing> kMissing = {
      {Kind::kReceiver, {"jaeger", "zipkin", "opencensus", "skywalking", "datadog"}, kSendOtlp},
      {Kind::kReceiver, {"kafka"}, "read Kafka with a Collector that sends OTLP to Spanhold"},
      {Kind::kReceiver,
       {"prometheus", "hostmetrics", "host_metrics", "filelog", "file_log", "journald",
        "kubeletstats", "k8s_cluster", "docker_stats", "fluentforward", "statsd", "syslog"},
       kTracesOnly},
      {Kind::kProcessor,
       {"attributes", "resource", "transform", "span", "redaction"},
       "set attributes in the services (OTEL_RESOURCE_ATTRIBUTES), or change spans in a Collector "
       "behind Spanhold"},
      {Kind::kProcessor,
       {"resourcedetection", "k8sattributes", "k8s_attributes"},
       "set OTEL_RESOURCE_ATTRIBUTES in the services"},
      {Kind::kProcessor,
       {"filter"},
       "leave the spans out in the SDK, or sample with probabilistic_sampler"},
      {Kind::kProcessor,
       {"tail_sampling", "groupbytrace"},
       "sample with probabilistic_sampler, which keeps or drops whole traces"},
      {Kind::kProcessor,
       {"cumulativetodelta", "deltatorate", "metricstransform", "logdedup"},
       kTracesOnly},
      {Kind::kExporter, {"logging"}, "it is called \"debug\" now"},
      {Kind::kExporter, {"zipkin"}, "send OTLP; Zipkin servers take it through a Collector"},
      {Kind::kExporter,
       {"kafka", "loadbalancing", "load_balancing", "datadog", "awsxray", "googlecloud",
        "azuremonitor", "elasticsearch", "opensearch", "splunk_hec", "sapm", "clickhouse",
        "otelarrow"},
       kBehindCollector},
      {Kind::kExporter, {"prometheus", "prometheusremotewrite", "loki"}, kTracesOnly},
      {Kind::kExtension,
       {"zpages", "pprof"},
       "remove it: `spanhold status` and /metrics show what the daemon does"},
      {Kind::kExtension, {"db_storage", "redis_storage"}, "use file_storage"},
      {Kind::kExtension,
       {"basicauth", "basic_auth", "bearertokenauth", "bearer_token_auth", "headers_setter",
        "oauth2client", "oidc"},
       "set the exporter's headers, e.g. authorization: Bearer ${env:TOKEN}"},
      {Kind::kExtension, {"memory_limiter"}, "use the memory_limiter processor"},
  };
  return kMissing;
}

}  // namespace

std::string_view KindName(ComponentKind kind) {
  switch (kind) {
    case ComponentKind::kReceiver:
      return "receiver";
    case ComponentKind::kProcessor:
      return "processor";
    case ComponentKind::kExporter:
      return "exporter";
    case ComponentKind::kExtension:
      return "extension";
  }
  return "";
}

std::string_view SectionName(ComponentKind kind) {
  switch (kind) {
    case ComponentKind::kReceiver:
      return "receivers";
    case ComponentKind::kProcessor:
      return "processors";
    case ComponentKind::kExporter:
      return "exporters";
    case ComponentKind::kExtension:
      return "extensions";
  }
  return "";
}

const ComponentType* FindType(const std::vector<ComponentType>& types, ComponentKind kind,
                              std::string_view name) {
  const auto found = std::find_if(types.begin(), types.end(), [&](const ComponentType& type) {
    return type.kind == kind &&
           std::find(type.names.begin(), type.names.end(), name) != type.names.end();
  });
  return found == types.end() ? nullptr : &*found;
}

std::string ExplainUnknownType(const std::vector<ComponentType>& types, ComponentKind kind,
                               std::string_view name) {
  for (const Missing& missing : MissingComponents()) {
    if (missing.kind == kind &&
        std::find(missing.names.begin(), missing.names.end(), name) != missing.names.end()) {
      return std::string("Spanhold has no ")
          .append(KindName(kind))
          .append(" ")
          .append(Quote(name))
          .append("; ")
          .append(missing.instead);
    }
  }
  std::vector<std::string_view> known;
  std::string listed;
  for (const ComponentType& type : types) {
    if (type.kind == kind) {
      known.insert(known.end(), type.names.begin(), type.names.end());
      absl::StrAppend(&listed, listed.empty() ? "" : ", ", type.names.front());
    }
  }
  std::string message = std::string("unknown ").append(KindName(kind));
  if (const std::string_view nearest = Nearest(name, known); !nearest.empty()) {
    return message + "; did you mean " + Quote(nearest) + "?";
  }
  return message + (listed.empty() ? "" : "; known are " + listed);
}

}  // namespace spanhold::config
