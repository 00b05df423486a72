#include "src/config/environment.h"

#include <string_view>

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include "src/config/endpoint.h"
#include "src/config/quote.h"
#include "src/config/writer.h"

namespace spanhold::config {
namespace {

constexpr uint16_t kOtlpGrpcPort = 4317;
constexpr uint16_t kOtlpHttpPort = 4318;

constexpr char kHeader[] =
    "# What Spanhold runs when it is started without --config.\n"
    "# SPANHOLD_OTLP_ENDPOINT, JAEGER_ENDPOINT, TRACING_ENABLED, SPANHOLD_LISTEN_HOST change it.\n";

// 600 MB of traces at most.
constexpr char kRotation[] =
    "    create_directory: true\n"
    "    rotation:\n"
    "      max_megabytes: 100\n"
    "      max_backups: 5\n";

// The exporters' lines, and their ids.
struct Exporters {
  std::string yaml;
  std::string ids;

  void Add(const std::string& id, const std::string& lines) {
    absl::StrAppend(&yaml, "  ", id, ":\n", lines);
    absl::StrAppend(&ids, ids.empty() ? "" : ", ", id);
  }
};

std::optional<std::string> Variable(const Environment& environment, const std::string& name) {
  std::optional<std::string> value = environment(name);
  return value && value->empty() ? std::nullopt : value;
}

StatusOr<bool> TracingEnabled(const Environment& environment) {
  const std::string value =
      absl::AsciiStrToLower(Variable(environment, "TRACING_ENABLED").value_or("true"));
  for (const std::string_view yes : {"true", "1", "yes", "on"}) {
    if (value == yes) {
      return true;
    }
  }
  for (const std::string_view no : {"false", "0", "no", "off"}) {
    if (value == no) {
      return false;
    }
  }
  return absl::InvalidArgumentError("TRACING_ENABLED: want true or false, got " + Quote(value));
}

// YAML for `path` below a directory that the environment names.
std::string StatePath(const Environment& environment) {
  constexpr char kFile[] = "/traces.jsonl";
  if (const auto directory = Variable(environment, "STATE_DIRECTORY")) {
    // systemd separates several by colons (systemd.exec(5)).
    return YamlText(directory->substr(0, directory->find(':')) + kFile);
  }
  if (const auto directory = Variable(environment, "XDG_STATE_HOME")) {
    return YamlText(*directory + "/spanhold" + kFile);
  }
  return std::string("${env:HOME}/.local/state/spanhold") + kFile;
}

std::string EndpointLine(std::string_view text) {
  return absl::StrCat("    endpoint: ", YamlText(text), "\n");
}

Status AddOtlp(const std::string& text, Exporters& exporters) {
  StatusOr<Endpoint> parsed = ParseEndpoint(text);
  if (!parsed.ok()) {
    return Annotate(parsed.status(), "SPANHOLD_OTLP_ENDPOINT");
  }
  Endpoint& endpoint = *parsed;
  const bool is_grpc = endpoint.scheme == "grpc" || endpoint.scheme == "dns" ||
                       endpoint.is_unix() || endpoint.port == kOtlpGrpcPort;
  if (!is_grpc) {
    if (endpoint.scheme.empty()) {
      endpoint.port = endpoint.port == 0 ? kOtlpHttpPort : endpoint.port;
      exporters.Add("otlp_http", EndpointLine("http://" + endpoint.Authority()));
    } else {
      exporters.Add("otlp_http", EndpointLine(text));
    }
    return absl::OkStatus();
  }
  if (endpoint.scheme == "https") {
    exporters.Add("otlp_grpc", EndpointLine(text));
    return absl::OkStatus();
  }
  endpoint.port = endpoint.port == 0 ? kOtlpGrpcPort : endpoint.port;
  exporters.Add("otlp_grpc",
                EndpointLine(endpoint.Authority()) + "    tls:\n      insecure: true\n");
  return absl::OkStatus();
}

StatusOr<Exporters> BuildExporters(const Environment& environment) {
  Exporters exporters;
  SPANHOLD_ASSIGN_OR_RETURN(const bool enabled, TracingEnabled(environment));
  if (!enabled) {
    exporters.Add("nop", "");
    return exporters;
  }
  if (const auto otlp = Variable(environment, "SPANHOLD_OTLP_ENDPOINT")) {
    SPANHOLD_RETURN_IF_ERROR(AddOtlp(*otlp, exporters));
  }
  if (const auto jaeger = Variable(environment, "JAEGER_ENDPOINT")) {
    if (const auto parsed = ParseEndpoint(*jaeger); !parsed.ok()) {
      return Annotate(parsed.status(), "JAEGER_ENDPOINT");
    }
    exporters.Add("jaeger", EndpointLine(*jaeger));
  }
  if (exporters.ids.empty()) {
    exporters.Add("file", absl::StrCat("    path: ", StatePath(environment), "\n", kRotation));
  }
  return exporters;
}

// The host to listen on, ready for ":port".
StatusOr<std::string> ListenHost(const std::string& value) {
  const bool bare_ipv6 = value.find(':') != std::string::npos && value[0] != '[';
  std::string host = bare_ipv6 ? "[" + value + "]" : value;
  const StatusOr<Endpoint> parsed = ParseEndpoint(host + ":0");
  if (!parsed.ok() || !parsed->scheme.empty()) {
    return absl::InvalidArgumentError(
        "SPANHOLD_LISTEN_HOST: want a host name or an address like \"0.0.0.0\", got " +
        Quote(value));
  }
  return host;
}

}  // namespace

StatusOr<std::string> EnvironmentYaml(const Environment& environment) {
  SPANHOLD_ASSIGN_OR_RETURN(const Exporters exporters, BuildExporters(environment));
  const std::optional<std::string> chosen = Variable(environment, "SPANHOLD_LISTEN_HOST");
  SPANHOLD_ASSIGN_OR_RETURN(const std::string host, ListenHost(chosen.value_or("localhost")));
  // Where nobody chose a host, the two pages stay at their defaults, whose ports may be taken.
  const std::string health =
      chosen ? "\n    endpoint: " + YamlText(host + ":13133") : std::string();
  const std::string telemetry =
      chosen ? "  telemetry:\n    metrics:\n      address: " + YamlText(host + ":8888") + "\n"
             : std::string();
  return absl::StrCat(kHeader,
                      "receivers:\n"
                      "  otlp:\n"
                      "    protocols:\n"
                      "      grpc:\n"
                      "        endpoint: ",
                      YamlText(host + ":4317"),
                      "\n"
                      "      http:\n"
                      "        endpoint: ",
                      YamlText(host + ":4318"),
                      "\n"
                      "processors:\n"
                      "  batch:\n"
                      "exporters:\n",
                      exporters.yaml,
                      "extensions:\n"
                      "  health_check:",
                      health,
                      "\n"
                      "service:\n"
                      "  extensions: [health_check]\n"
                      "  pipelines:\n"
                      "    traces:\n"
                      "      receivers: [otlp]\n"
                      "      processors: [batch]\n"
                      "      exporters: [",
                      exporters.ids, "]\n", telemetry);
}

}  // namespace spanhold::config
