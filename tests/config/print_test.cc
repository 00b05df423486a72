#include "src/config/print.h"

#include <gmock/gmock.h>

#include "src/config/load.h"
#include "tests/config/fake_components.h"
#include "tests/config/fake_environment.h"

namespace spanhold::config {
namespace {

std::optional<ServiceConfig> Load(const std::string& text, Report& report) {
  return LoadServiceConfig({{"yaml:" + text}, {}}, FakeTypes(),
                           FakeEnvironment({{"TOKEN", "secret"}}), report);
}

std::string Effective(const std::string& text) {
  Report report;
  const std::optional<ServiceConfig> config = Load(text, report);
  EXPECT_THAT(report.Errors(), testing::IsEmpty());
  return config ? EffectiveYaml(*config) : "";
}

constexpr char kConfig[] =
    "receivers: {otlp: {protocols: {grpc: }}}\n"
    "exporters:\n"
    "  otlp/eu:\n"
    "    endpoint: backend:4317\n"
    "    headers: {authorization: 'Bearer ${env:TOKEN}'}\n"
    "  debug:\n"
    "extensions: {health_check: }\n"
    "service:\n"
    "  extensions: [health_check]\n"
    "  pipelines:\n"
    "    traces/a: {receivers: [otlp], exporters: [otlp/eu, debug]}\n";

TEST(PrintTest, PrintsTheEffectiveConfiguration) {
  EXPECT_EQ(Effective(kConfig), R"(receivers:
  otlp:
    protocols:
      grpc:
        endpoint: localhost:4317
exporters:
  otlp/eu:
    endpoint: backend:4317
    headers:
      authorization: "[REDACTED]"
    tls:
      insecure: false
      insecure_skip_verify: false
      ca_file: ""
      ca_pem: ""
      cert_file: ""
      cert_pem: ""
      key_file: ""
      key_pem: ""
      server_name_override: ""
      min_version: "1.2"
    timeout: 5s
  debug:
    verbosity: basic
extensions:
  health_check:
    endpoint: localhost:13133
service:
  extensions: [health_check]
  pipelines:
    traces/a:
      receivers: [otlp]
      processors: []
      exporters: [otlp/eu, debug]
  telemetry:
    logs:
      level: info
      encoding: text
    metrics:
      level: normal
      address: localhost:8888
      readers: []
    traces:
      level: none
  shutdown_timeout: 10s
  threads: 1
  memory:
    limit: 0
  queue:
    size: 2048
    bytes: 64MiB
    wait: 500ms
)");
}

TEST(PrintTest, WhatItPrintsLoadsAsTheSame) {
  const std::string printed = Effective(kConfig);

  EXPECT_EQ(Effective(printed), printed);
}

TEST(PrintTest, ReferenceHasEveryComponentAndKey) {
  const std::string reference = ReferenceYaml(FakeTypes());

  EXPECT_THAT(reference, testing::StartsWith("# Every key that Spanhold knows"));
  EXPECT_THAT(reference, testing::HasSubstr(R"(
receivers:
  # takes OTLP
  otlp:
    # which to listen for
    protocols:
      # OTLP over gRPC (off unless this section is there)
      grpc:
        # where to listen
        endpoint: localhost:4317
      # OTLP over HTTP (off unless this section is there)
      http:
        # where to listen
        endpoint: localhost:4318

processors:
  # joins requests
  batch:
    # longest wait
    timeout: 5s
    # spans
    send_batch_size: 512
  # sets the budget of the bytes that hold spans
  memory_limiter:
)"));
  EXPECT_THAT(reference, testing::HasSubstr(R"(
exporters:
  # sends OTLP over gRPC; also called otlp
  otlp_grpc:
)"));
  EXPECT_THAT(reference, testing::HasSubstr(R"(
service:
  # ids of the extensions that run
  extensions: []
  # by id (traces or traces/name): lists of receivers, processors and exporters
  pipelines: {}
  # what the daemon says of itself
  telemetry:
)"));
}

TEST(PrintTest, ReferenceIsYamlWhoseKeysAreAllKnown) {
  Report report;

  Load(ReferenceYaml(FakeTypes()), report);

  EXPECT_THAT(report.Errors(),
              testing::Each(testing::AnyOf(testing::HasSubstr("is required"),
                                           testing::HasSubstr("to more than 0"),
                                           testing::HasSubstr("at least one pipeline"))));
}

}  // namespace
}  // namespace spanhold::config
