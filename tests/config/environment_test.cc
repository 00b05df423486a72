#include "src/config/environment.h"

#include <fstream>
#include <sstream>

#include "tests/config/fake_environment.h"
#include "tests/support/status_is.h"

namespace spanhold::config {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Yaml(std::map<std::string, std::string> variables) {
  return EnvironmentYaml(FakeEnvironment(std::move(variables))).value();
}

TEST(EnvironmentTest, EmptyEnvironmentIsTheShippedDefault) {
  std::ifstream file(SPANHOLD_SOURCE_DIR "/config/default.yaml");
  std::stringstream shipped;
  shipped << file.rdbuf();

  EXPECT_EQ(shipped.str(), Yaml({}));
}

TEST(EnvironmentTest, EmptyVariablesCountAsNotSet) {
  EXPECT_EQ(Yaml({{"SPANHOLD_OTLP_ENDPOINT", ""},
                  {"JAEGER_ENDPOINT", ""},
                  {"TRACING_ENABLED", ""},
                  {"SPANHOLD_LISTEN_HOST", ""},
                  {"STATE_DIRECTORY", ""},
                  {"XDG_STATE_HOME", ""}}),
            Yaml({}));
}

TEST(EnvironmentTest, OtlpEndpointOfTheServicesIsNeverRead) {
  EXPECT_EQ(Yaml({{"OTLP_ENDPOINT", "http://localhost:4317"},
                  {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317"}}),
            Yaml({}));
}

TEST(EnvironmentTest, OtlpBackendIsSpokenToOverGrpcOrHttp) {
  constexpr std::string_view kInClear = "    tls:\n      insecure: true\n";
  const struct {
    std::string endpoint;
    std::string exporter;
    bool in_clear;
  } cases[] = {
      {"tempo:4317", "  otlp_grpc:\n    endpoint: tempo:4317\n", true},
      {"http://tempo:4317", "  otlp_grpc:\n    endpoint: tempo:4317\n", true},
      {"https://tempo:4317", "  otlp_grpc:\n    endpoint: https://tempo:4317\n", false},
      {"grpc://tempo:9999", "  otlp_grpc:\n    endpoint: tempo:9999\n", true},
      {"grpc://tempo", "  otlp_grpc:\n    endpoint: tempo:4317\n", true},
      {"dns:///tempo:9999", "  otlp_grpc:\n    endpoint: tempo:9999\n", true},
      {"unix:/run/x.sock", "  otlp_grpc:\n    endpoint: unix:/run/x.sock\n", true},
      {"[::1]:4317", "  otlp_grpc:\n    endpoint: \"[::1]:4317\"\n", true},
      {"http://tempo:4318", "  otlp_http:\n    endpoint: http://tempo:4318\n", false},
      {"https://tempo/otlp", "  otlp_http:\n    endpoint: https://tempo/otlp\n", false},
      {"tempo:4318", "  otlp_http:\n    endpoint: http://tempo:4318\n", false},
      {"tempo", "  otlp_http:\n    endpoint: http://tempo:4318\n", false},
  };

  for (const auto& c : cases) {
    const std::string yaml = Yaml({{"SPANHOLD_OTLP_ENDPOINT", c.endpoint}});

    EXPECT_THAT(yaml, HasSubstr("exporters:\n" + c.exporter +
                                std::string(c.in_clear ? kInClear : "") + "extensions:"));
  }
}

TEST(EnvironmentTest, EachEndpointAddsItsExporter) {
  const std::string yaml = Yaml({{"SPANHOLD_OTLP_ENDPOINT", "http://tempo:4318"},
                                 {"JAEGER_ENDPOINT", "http://jaeger:14268/api/traces"}});

  EXPECT_THAT(yaml, HasSubstr("  jaeger:\n    endpoint: http://jaeger:14268/api/traces\n"));
  EXPECT_THAT(yaml, HasSubstr("exporters: [otlp_http, jaeger]\n"));
  EXPECT_THAT(yaml, Not(HasSubstr("file:")));
}

TEST(EnvironmentTest, FilesGoToTheStateDirectory) {
  EXPECT_THAT(Yaml({}), HasSubstr("path: ${env:HOME}/.local/state/spanhold/traces.jsonl\n"));
  EXPECT_THAT(Yaml({{"XDG_STATE_HOME", "/x"}}), HasSubstr("path: /x/spanhold/traces.jsonl\n"));
  EXPECT_THAT(Yaml({{"XDG_STATE_HOME", "/x"}, {"STATE_DIRECTORY", "/var/lib/spanhold:/other"}}),
              HasSubstr("path: /var/lib/spanhold/traces.jsonl\n"));
  EXPECT_THAT(Yaml({{"STATE_DIRECTORY", "/a $b"}}), HasSubstr("path: \"/a $$b/traces.jsonl\"\n"));
}

TEST(EnvironmentTest, TracingCanBeDisabled) {
  for (const std::string value : {"false", "FALSE", "0", "no", "off"}) {
    const std::string yaml =
        Yaml({{"TRACING_ENABLED", value}, {"JAEGER_ENDPOINT", "http://jaeger:14268/api/traces"}});

    EXPECT_THAT(yaml, HasSubstr("exporters:\n  nop:\nextensions:"));
    EXPECT_THAT(yaml, HasSubstr("exporters: [nop]\n"));
  }
  for (const std::string value : {"true", "True", "1", "yes", "on"}) {
    EXPECT_EQ(Yaml({{"TRACING_ENABLED", value}}), Yaml({}));
  }
}

TEST(EnvironmentTest, ListensOnTheHostOfTheVariable) {
  const std::string yaml = Yaml({{"SPANHOLD_LISTEN_HOST", "0.0.0.0"}});

  for (const std::string port : {"4317", "4318", "13133"}) {
    EXPECT_THAT(yaml, HasSubstr("endpoint: \"0.0.0.0:" + port + "\"\n"));
  }
  EXPECT_THAT(yaml, HasSubstr("      address: \"0.0.0.0:8888\"\n"));
  EXPECT_THAT(Yaml({{"SPANHOLD_LISTEN_HOST", "::"}}), HasSubstr("endpoint: \"[::]:4317\"\n"));
}

TEST(EnvironmentTest, WrongVariablesAreNamed) {
  const struct {
    std::string name;
    std::string value;
    std::string error;
  } cases[] = {
      {"SPANHOLD_OTLP_ENDPOINT", "htpp://x",
       "SPANHOLD_OTLP_ENDPOINT: want http, https, grpc, dns or unix before \"://\", got "
       "\"htpp://x\""},
      {"JAEGER_ENDPOINT", "a:b",
       "JAEGER_ENDPOINT: want a port from 0 to 65535 like \"localhost:4317\", got \"a:b\""},
      {"TRACING_ENABLED", "maybe", "TRACING_ENABLED: want true or false, got \"maybe\""},
      {"SPANHOLD_LISTEN_HOST", "http://x",
       "SPANHOLD_LISTEN_HOST: want a host name or an address like \"0.0.0.0\", got \"http://x\""},
  };

  for (const auto& c : cases) {
    EXPECT_THAT(EnvironmentYaml(FakeEnvironment({{c.name, c.value}})),
                StatusIs(absl::StatusCode::kInvalidArgument, c.error));
  }
}

}  // namespace
}  // namespace spanhold::config
