#pragma once

#include <functional>
#include <optional>
#include <string>

#include "src/core/status.h"

namespace spanhold::config {

// The environment: the value of a variable, or nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The configuration of a daemon that was started without --config, as YAML for the loader. Variables
// that are empty count as not set.
//
//   SPANHOLD_OTLP_ENDPOINT  an OTLP backend: port 4317 or grpc:// means gRPC, anything else HTTP;
//                           https:// means TLS
//   JAEGER_ENDPOINT         a Jaeger: http://host:14268/api/traces
//   neither                 rotating files in $STATE_DIRECTORY, else $XDG_STATE_HOME/spanhold, else
//                           ~/.local/state/spanhold
//   TRACING_ENABLED=false   spans are accepted and discarded
//   SPANHOLD_LISTEN_HOST    where to listen; localhost
//
// Never OTLP_ENDPOINT: that is what services read, and it points here.
//
// kInvalidArgument names the variable and says what is wrong with it.
StatusOr<std::string> EnvironmentYaml(const Environment& environment);

}  // namespace spanhold::config
