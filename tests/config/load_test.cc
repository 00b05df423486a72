#include "src/config/load.h"

#include <cstdio>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/config/fake_components.h"
#include "tests/config/fake_environment.h"

namespace spanhold::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A file with `text` while it lives, in the test's own directory.
class TempFile {
 public:
  explicit TempFile(std::string_view text) { std::ofstream(path_) << text; }
  ~TempFile() { std::remove(path_.c_str()); }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  const std::string path_ = testing::TempDir() + "/" +
                            testing::UnitTest::GetInstance()->current_test_info()->name() + ".yaml";
};

struct Loaded {
  std::optional<ServiceConfig> config;
  Report report;
};

Loaded Load(std::string_view text, std::vector<std::string> sets = {}) {
  const TempFile file(text);
  Loaded loaded;
  loaded.config = LoadServiceConfig({{file.path()}, std::move(sets)}, FakeTypes(),
                                    FakeEnvironment({{"HOST", "tempo"}}), loaded.report);
  return loaded;
}

// The errors of `text`, each "LINE: path: message".
std::string ErrorsOf(std::string_view text, std::vector<std::string> sets = {}) {
  std::string errors(MessageOf(Load(text, std::move(sets)).report.ToStatus()));
  for (size_t at = 0; (at = errors.find(testing::TempDir(), at)) != std::string::npos;) {
    errors.erase(at, errors.find(".yaml:", at) + 6 - at);
  }
  return errors;
}

constexpr char kMinimal[] =
    "receivers: {otlp: {protocols: {grpc: }}}\n"
    "exporters: {debug: }\n"
    "service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}\n";

TEST(LoadTest, ReadsAUsualConfiguration) {
  const Loaded loaded = Load(
      "receivers:\n"
      "  otlp:\n"
      "    protocols:\n"
      "      grpc:\n"
      "        endpoint: 0.0.0.0:4317\n"
      "      http:\n"
      "processors:\n"
      "  memory_limiter:\n"
      "    check_interval: 1s\n"
      "    limit_mib: 100\n"
      "    spike_limit_mib: 30\n"
      "  batch:\n"
      "exporters:\n"
      "  otlp/eu:\n"
      "    endpoint: ${env:HOST}:4317\n"
      "    tls:\n"
      "      insecure: true\n"
      "  debug:\n"
      "extensions:\n"
      "  health_check:\n"
      "service:\n"
      "  extensions: [health_check]\n"
      "  pipelines:\n"
      "    traces:\n"
      "      receivers: [otlp]\n"
      "      processors: [memory_limiter, batch]\n"
      "      exporters: [otlp/eu]\n"
      "    traces/look:\n"
      "      receivers: [otlp]\n"
      "      exporters: [debug]\n");

  ASSERT_EQ(MessageOf(loaded.report.ToStatus()), "");
  EXPECT_THAT(loaded.report.Warnings(), IsEmpty());
  const ServiceConfig& config = *loaded.config;
  ASSERT_EQ(config.receivers.size(), 1);
  EXPECT_EQ(config.receivers[0].id, "otlp");
  EXPECT_TRUE(config.receivers[0].configured);
  const auto& receiver = dynamic_cast<const FakeOtlpReceiver&>(*config.receivers[0].config);
  EXPECT_EQ(receiver.grpc_endpoint, "0.0.0.0:4317");
  EXPECT_TRUE(receiver.has_http);
  ASSERT_EQ(config.exporters.size(), 2);
  EXPECT_EQ(config.exporters[0].id, "otlp/eu");
  EXPECT_EQ(config.exporters[0].type->names.front(), "otlp_grpc");
  const auto& exporter = dynamic_cast<const FakeExporter&>(*config.exporters[0].config);
  EXPECT_EQ(exporter.endpoint, "tempo:4317");
  ASSERT_EQ(config.extensions.size(), 1);
  EXPECT_FALSE(config.extensions[0].configured);
  ASSERT_EQ(config.pipelines.size(), 2);
  EXPECT_EQ(config.pipelines[0].id, "traces");
  EXPECT_THAT(config.pipelines[0].receivers, ElementsAre("otlp"));
  EXPECT_THAT(config.pipelines[0].processors, ElementsAre("memory_limiter", "batch"));
  EXPECT_THAT(config.pipelines[0].exporters, ElementsAre("otlp/eu"));
  EXPECT_EQ(config.pipelines[1].id, "traces/look");
  EXPECT_EQ(MemoryBudgetOf(config), 70 << 20);
  EXPECT_EQ(config.Find(ComponentKind::kProcessor, "batch"), &config.processors[1]);
  EXPECT_EQ(config.Find(ComponentKind::kProcessor, "other"), nullptr);
}

TEST(LoadTest, DefaultsOfTheService) {
  const Loaded loaded = Load(kMinimal);

  ASSERT_EQ(MessageOf(loaded.report.ToStatus()), "");
  const ServiceConfig& config = *loaded.config;
  EXPECT_EQ(config.shutdown_timeout, std::chrono::seconds(10));
  EXPECT_EQ(config.threads, 1);
  EXPECT_EQ(config.queue.size, 2048);
  EXPECT_EQ(config.queue.bytes, 64 << 20);
  EXPECT_EQ(config.queue.wait, std::chrono::milliseconds(500));
  EXPECT_EQ(config.telemetry.log_level, LogLevel::kInfo);
  EXPECT_TRUE(config.telemetry.metrics_enabled);
  EXPECT_FALSE(config.telemetry.metrics_configured);
  EXPECT_EQ(config.telemetry.MetricsEndpoint().Authority(), "localhost:8888");
}

TEST(LoadTest, ReadsTheServicesOwnKeys) {
  const Loaded loaded = Load(kMinimal, {"service.shutdown_timeout=3s", "service.threads=2",
                                        "service.queue.size=10", "service.queue.bytes=1MiB",
                                        "service.queue.wait=1s", "service.memory.limit=12MiB"});

  ASSERT_EQ(MessageOf(loaded.report.ToStatus()), "");
  EXPECT_EQ(loaded.config->shutdown_timeout, std::chrono::seconds(3));
  EXPECT_EQ(loaded.config->threads, 2);
  EXPECT_EQ(loaded.config->queue.size, 10);
  EXPECT_EQ(loaded.config->queue.bytes, 1 << 20);
  EXPECT_EQ(loaded.config->queue.wait, std::chrono::seconds(1));
  EXPECT_EQ(loaded.config->memory_limit, 12 << 20);
}

TEST(LoadTest, HandsOnWarnings) {
  const Loaded loaded = Load(kMinimal, {"exporters.debug.verbosity=${env:NONE}"});

  ASSERT_EQ(MessageOf(loaded.report.ToStatus()), "");
  EXPECT_THAT(loaded.report.Warnings(),
              ElementsAre("--set exporters.debug.verbosity: exporters.debug.verbosity: environment "
                          "variable NONE is not set; empty is used"));
}

TEST(LoadTest, MetricsAddressIsConfiguredWhenItIsNamed) {
  const Loaded address = Load(kMinimal, {"service.telemetry.metrics.address=localhost:8888"});
  const Loaded reader = Load(
      kMinimal,
      {"service.telemetry.metrics.readers=[{pull: {exporter: {prometheus: {host: 0.0.0.0}}}}]"});

  EXPECT_TRUE(address.config.value().telemetry.metrics_configured);
  EXPECT_TRUE(reader.config.value().telemetry.metrics_configured);
  EXPECT_EQ(reader.config->telemetry.MetricsEndpoint().Authority(), "0.0.0.0:8888");
}

TEST(LoadTest, ExtensionsRunInTheServicesOrder) {
  const Loaded loaded = Load(kMinimal, {"extensions={health_check: {endpoint: 'localhost:1'}, "
                                        "health_check/b: {endpoint: 'localhost:2'}}",
                                        "service.extensions=[health_check/b, health_check]"});

  ASSERT_EQ(MessageOf(loaded.report.ToStatus()), "");
  ASSERT_EQ(loaded.config->extensions.size(), 2);
  EXPECT_EQ(loaded.config->extensions[0].id, "health_check/b");
  EXPECT_EQ(loaded.config->extensions[1].id, "health_check");
}

TEST(LoadTest, ErrorsWordForWord) {
  const struct {
    std::string_view text;
    std::string_view errors;
  } cases[] = {
      {"", "1: service.pipelines: must have at least one pipeline"},
      {"service: {pipelines: {}}", "1: service.pipelines: must have at least one pipeline"},
      {"service: {pipelines: []}", "1: service.pipelines: want a map of ids, got a list"},
      {"service: traces", "1: service: want a map of keys, got \"traces\""},
      {"- receivers", "1: want a map of keys like \"receivers:\" at the top"},

      // Component ids and types.
      {"receivers:\n"
       "  otpl: {protocols: {grpc: }}\n"
       "  otlp:\n"
       "    protocols: {grpc: }\n"
       "  /x:\n"
       "  otlp/:\n"
       "  kafka:\n"
       "  foo:\n"
       "processors: [batch]\n"
       "exporters: {debug: , logging: }\n"
       "service: {pipelines: {traces: {receivers: [otlp], exporters: [debug, logging]}}}\n",
       "2: receivers.otpl: unknown receiver; did you mean \"otlp\"?\n"
       "5: receivers./x: want an id like \"otlp\" or \"otlp/name\"\n"
       "6: receivers.otlp/: want an id like \"otlp\" or \"otlp/name\"\n"
       "7: receivers.kafka: Spanhold has no receiver \"kafka\"; read Kafka with a Collector that "
       "sends OTLP to Spanhold\n"
       "8: receivers.foo: unknown receiver; known are otlp\n"
       "9: processors: want a map of ids, got a list\n"
       "10: exporters.logging: Spanhold has no exporter \"logging\"; it is called \"debug\" now"},

      // References.
      {"receivers: {otlp: {protocols: {grpc: }}}\n"
       "exporters: {debug: }\n"
       "service:\n"
       "  extensions: [health_check]\n"
       "  pipelines:\n"
       "    traces:\n"
       "      receivers: [otlp, otlp/b]\n"
       "      processors:\n"
       "        - memory_limiter\n"
       "      exporters: [debug, debug, dbug]\n",
       "4: service.extensions: health_check is not configured in extensions\n"
       "7: service.pipelines.traces.receivers: otlp/b is not configured in receivers; did you "
       "mean \"otlp\"?\n"
       "9: service.pipelines.traces.processors: memory_limiter is not configured in processors\n"
       "10: service.pipelines.traces.exporters: debug is there twice\n"
       "10: service.pipelines.traces.exporters: dbug is not configured in exporters; did you mean "
       "\"debug\"?"},

      // Unused components.
      {"receivers: {otlp: {protocols: {grpc: }}}\n"
       "processors:\n"
       "  batch:\n"
       "exporters:\n"
       "  debug:\n"
       "  debug/b:\n"
       "extensions:\n"
       "  health_check:\n"
       "service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}\n",
       "3: processors.batch: is not used by any pipeline; add it to one or remove it\n"
       "6: exporters.debug/b: is not used by any pipeline; add it to one or remove it\n"
       "8: extensions.health_check: is not used by service.extensions; add it there or remove it"},

      // Pipelines.
      {"receivers: {otlp: {protocols: {grpc: }}}\n"
       "exporters: {debug: }\n"
       "connectors:\n"
       "  spanmetrics:\n"
       "service:\n"
       "  pipelines:\n"
       "    traces:\n"
       "      receivers: [otlp]\n"
       "      exporters: [debug, spanmetrics]\n"
       "    traces/none:\n"
       "    traces/half: {exporters: [debug], procesors: [x]}\n"
       "    traces/: {}\n"
       "    metrics: {receivers: [spanmetrics], exporters: [prometheus]}\n"
       "    logs/a:\n"
       "    trace:\n"
       "    traces/list: [otlp]\n"
       "    traces/wrong: {receivers: {otlp: }, exporters: [[debug]]}\n",
       "3: connectors: not supported: Spanhold has no connectors; derive metrics in a Collector "
       "behind it\n"
       "10: service.pipelines.traces/none: must have at least one receiver\n"
       "10: service.pipelines.traces/none: must have at least one exporter\n"
       "11: service.pipelines.traces/half: must have at least one receiver\n"
       "11: service.pipelines.traces/half.procesors: unknown key; did you mean \"processors\"?\n"
       "12: service.pipelines.traces/: want a pipeline id like \"traces\" or \"traces/name\"\n"
       "13: service.pipelines.metrics: Spanhold carries traces only; remove this pipeline, and "
       "send metrics to a Collector\n"
       "14: service.pipelines.logs/a: Spanhold carries traces only; remove this pipeline, and "
       "send logs to a Collector\n"
       "15: service.pipelines.trace: want a pipeline id like \"traces\" or \"traces/name\"\n"
       "16: service.pipelines.traces/list: want a map of keys, got a list\n"
       "17: service.pipelines.traces/wrong.receivers: want a list of texts, got a map\n"
       "17: service.pipelines.traces/wrong.exporters[0]: want text, got a list"},

      // Keys.
      {"receivers:\n"
       "  otlp:\n"
       "    protocols:\n"
       "      grpc: {endpont: 'localhost:1', tls: {cert_file: x}}\n"
       "  otlp/none:\n"
       "processors:\n"
       "  batch: {timeout: soon}\n"
       "  memory_limiter:\n"
       "exporters:\n"
       "  otlp: {endpoint: 'a:b'}\n"
       "  otlp/b:\n"
       "servce: {}\n"
       "service:\n"
       "  thread: 1\n"
       "  telemetry: {logs: {level: loud}, metrics: {level: none, readers: [{periodic: {interval: "
       "1}}]}}\n"
       "  pipelines:\n"
       "    traces:\n"
       "      receivers: [otlp, otlp/none]\n"
       "      processors: [batch, memory_limiter]\n"
       "      exporters: [otlp, otlp/b]\n",
       "4: receivers.otlp.protocols.grpc.endpont: unknown key; did you mean \"endpoint\"?\n"
       "4: receivers.otlp.protocols.grpc.tls: not supported: receivers listen in clear\n"
       "5: receivers.otlp/none.protocols: must specify at least one protocol\n"
       "7: processors.batch.timeout: want a duration like \"5s\", got \"soon\"\n"
       "8: processors.memory_limiter.limit_mib: set this or limit_percentage to more than 0\n"
       "10: exporters.otlp.endpoint: want a port from 0 to 65535 like \"localhost:4317\", got "
       "\"a:b\"\n"
       "11: exporters.otlp/b.endpoint: is required\n"
       "12: servce: unknown key; did you mean \"service\"?\n"
       "14: service.thread: unknown key; did you mean \"threads\"?\n"
       "15: service.telemetry.logs.level: want one of \"debug\", \"info\", \"warn\", \"error\", "
       "got \"loud\"\n"
       "15: service.telemetry.metrics.readers[0].periodic: not supported: metrics are not sent; "
       "scrape /metrics with a pull reader"},

      // Addresses.
      {"receivers:\n"
       "  otlp: {protocols: {grpc: {endpoint: '0.0.0.0:4317'}, http: }}\n"
       "  otlp/b: {protocols: {grpc: }}\n"
       "  otlp/c: {protocols: {http: {endpoint: 'localhost:8888'}}}\n"
       "exporters:\n"
       "  otlp: {endpoint: 'http://LOCALHOST:4317'}\n"
       "  otlp/b: {endpoint: 'backend:4317'}\n"
       "service:\n"
       "  pipelines:\n"
       "    traces:\n"
       "      receivers: [otlp, otlp/b, otlp/c]\n"
       "      exporters: [otlp, otlp/b]\n",
       "3: receivers.otlp/b.protocols.grpc.endpoint: \"localhost:4317\" is taken by "
       "receivers.otlp.protocols.grpc.endpoint\n"
       "4: receivers.otlp/c.protocols.http.endpoint: \"localhost:8888\" is taken by "
       "service.telemetry.metrics.address\n"
       "6: exporters.otlp.endpoint: \"http://LOCALHOST:4317\" is this daemon's own listener, "
       "receivers.otlp.protocols.grpc.endpoint; spans would go round in circles"},

      // An address whose reference is wrong is not compared with others.
      {"receivers: {otlp: {protocols: {grpc: }}}\n"
       "exporters: {otlp: {endpoint: '${1X}'}}\n"
       "service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp]}}}\n",
       "2: exporters.otlp.endpoint: environment variable \"1X\" has invalid name"},
  };

  for (const auto& c : cases) {
    EXPECT_EQ(ErrorsOf(c.text), c.errors) << c.text;
  }
}

TEST(LoadTest, ErrorsOfSeveralFilesNameTheirFile) {
  const std::string rest =
      "service:\n"
      "  pipelines: {traces: {receivers: [otlp], exporters: [debug, x]}}\n";
  Report report;

  const std::optional<ServiceConfig> config =
      LoadServiceConfig({{"yaml:receivers: {otlp: {protocols: {grpc: }}}",
                          "yaml:exporters::debug::verbose: 1", "env:REST"},
                         {"exporters.debug.verbosity=loud"}},
                        FakeTypes(), FakeEnvironment({{"REST", rest}}), report);

  EXPECT_FALSE(config.has_value());
  EXPECT_THAT(report.Errors(),
              ElementsAre("--config yaml:1: exporters.debug.verbose: unknown key; did you mean "
                          "\"verbosity\"?",
                          "--set exporters.debug.verbosity: exporters.debug.verbosity: want one of "
                          "\"basic\", \"normal\", \"detailed\", got \"loud\"",
                          "env:REST:2: service.pipelines.traces.exporters: x is not configured in "
                          "exporters"));
}

TEST(LoadTest, BadSyntaxIsTheOnlyErrorOfAFile) {
  EXPECT_EQ(ErrorsOf("receivers: [otlp\nexporters:\n  debug:\n"),
            "2: bad YAML: end of sequence flow not found");
}

TEST(LoadTest, ManyErrorsEnd) {
  std::string text = "receivers:\n";
  for (int i = 0; i < 5000; ++i) {
    text += "  otpl/" + std::to_string(i) + ":\n";
  }

  EXPECT_THAT(ErrorsOf(text), testing::HasSubstr("more errors"));
}

}  // namespace
}  // namespace spanhold::config
