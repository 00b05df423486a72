#include "src/config/telemetry.h"

#include <gmock/gmock.h>

#include "src/config/reader.h"

namespace spanhold::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> ReadInto(TelemetryConfig& config, std::string_view text) {
  Report report;
  const Node node = ParseYaml(text, "a.yaml", report).value();
  Reader::Read(node, node.where, "t", report, [&](Reader& reader) { config.Describe(reader); });
  return report.Errors();
}

std::vector<std::string> ErrorsOf(std::string_view text) {
  TelemetryConfig config;
  return ReadInto(config, text);
}

TEST(TelemetryTest, ReadsLogs) {
  TelemetryConfig config;

  EXPECT_THAT(ReadInto(config, "logs: {level: WARN, encoding: json}"), IsEmpty());
  EXPECT_EQ(config.log_level, LogLevel::kWarn);
  EXPECT_EQ(config.log_format, LogFormat::kJson);

  EXPECT_THAT(ReadInto(config, "logs: {encoding: console}"), IsEmpty());
  EXPECT_EQ(config.log_format, LogFormat::kText);
}

TEST(TelemetryTest, ReadsMetricsLevels) {
  TelemetryConfig config;

  for (const std::string level : {"basic", "normal", "detailed"}) {
    EXPECT_THAT(ReadInto(config, "metrics: {level: " + level + "}"), IsEmpty());
    EXPECT_TRUE(config.metrics_enabled);
  }
  EXPECT_THAT(ReadInto(config, "metrics: {level: none}"), IsEmpty());
  EXPECT_FALSE(config.metrics_enabled);
}

TEST(TelemetryTest, ReadsTheMetricsAddressInBothShapes) {
  TelemetryConfig address;
  EXPECT_THAT(ReadInto(address, "metrics: {address: ':9999'}"), IsEmpty());
  EXPECT_EQ(address.MetricsEndpoint().Authority(), ":9999");

  TelemetryConfig reader;
  EXPECT_THAT(ReadInto(reader,
                       "metrics:\n"
                       "  readers:\n"
                       "    - pull:\n"
                       "        exporter:\n"
                       "          prometheus:\n"
                       "            host: '::'\n"
                       "            port: 9999\n"),
              IsEmpty());
  EXPECT_EQ(reader.MetricsEndpoint().Authority(), "[::]:9999");
}

TEST(TelemetryTest, RefusesWhatItCannotServe) {
  EXPECT_THAT(ErrorsOf("metrics: {address: 'a:b'}"),
              ElementsAre("a.yaml:1: t.metrics.address: want a port from 0 to 65535 like "
                          "\"localhost:4317\", got \"a:b\""));
  EXPECT_THAT(ErrorsOf("metrics: {address: ':1', readers: [{pull: }, {pull: }]}"),
              ElementsAre("a.yaml:1: t.metrics.readers: more than one; /metrics is in one place",
                          "a.yaml:1: t.metrics.readers: address is set too; keep one of them"));
  EXPECT_THAT(
      ErrorsOf("metrics: {readers: [{pull: {exporter: {prometheus: {without_units: false, host: "
               "'a b'}}}}]}"),
      ElementsAre("a.yaml:1: t.metrics.readers[0].pull.exporter.prometheus.without_units: names "
                  "have no suffixes, as in the Collector's default; set true or remove it",
                  "a.yaml:1: t.metrics.readers[0].pull.exporter.prometheus.host: want a host name "
                  "or an address like \"localhost\" or \"0.0.0.0\""));
  EXPECT_THAT(ErrorsOf("traces: {level: basic}"),
              ElementsAre("a.yaml:1: t.traces.level: want \"none\", got \"basic\""));
  EXPECT_THAT(ErrorsOf("resource: {service.name: x}"),
              ElementsAre("a.yaml:1: t.resource: not supported: add labels where the metrics are "
                          "scraped"));
}

}  // namespace
}  // namespace spanhold::config
