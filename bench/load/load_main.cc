// Sends numbered spans to whatever takes OTLP, and prints what became of them; see bench/README.md.

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/load/request_source.h"
#include "bench/load/sender.h"
#include "bench/load/transport.h"
#include "bench/numbered/acked_file.h"
#include "bench/numbered/json_object.h"
#include "src/config/endpoint.h"

namespace spanhold::bench {
namespace {

std::atomic<bool> stopped{false};  // by a signal

struct Options {
  std::string target = "localhost:4317";
  bool http = false;
  bool json = false;
  std::string compression = "none";
  size_t connections = 1;
  size_t in_flight = 4;
  double duration = 0;  // seconds
  double drain = 30;
  std::string acked;
  Plan plan;
};

void Define(CLI::App& app, Options& options) {
  Plan& plan = options.plan;
  plan.spans = {0, 1'000'000};
  app.add_option("--target", options.target, "host:port, or a URL for HTTP")->capture_default_str();
  app.add_flag("--http", options.http, "OTLP/HTTP instead of gRPC; one request a connection");
  app.add_flag("--json", options.json, "JSON bodies, with --http");
  app.add_option("--compression", options.compression, "none, gzip, or with --http zstd")
      ->check(CLI::IsMember({"none", "gzip", "zstd"}))
      ->capture_default_str();
  app.add_option("--spans", plan.spans.spans, "how many to send")->capture_default_str();
  app.add_option("--first", plan.spans.first, "number of the first span")->capture_default_str();
  app.add_option("--per-request", plan.per_request, "spans a request")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--connections", options.connections)
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--in-flight", options.in_flight, "requests under way for each connection")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--rate", plan.spans_per_second,
                 "spans a second, whether answers come or not; 0: as fast as answers come")
      ->capture_default_str();
  app.add_option("--duration", options.duration, "seconds to send for; 0: until all are sent");
  app.add_option("--attempts", plan.attempts, "for a request that is refused for now")
      ->capture_default_str();
  app.add_flag("--keep-going", plan.keep_going,
               "send on, again and again, while the target is away");
  app.add_option("--drain", options.drain, "seconds to wait for the last answers")
      ->capture_default_str();
  app.add_option("--acked", options.acked, "file for the ranges of acknowledged spans");
}

Duration Seconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

double Percentile(const std::vector<float>& sorted, double share) {
  return sorted.empty()
             ? 0
             : sorted[static_cast<size_t>(share * static_cast<double>(sorted.size() - 1))];
}

void AddPercentiles(JsonObject& json, const std::string& name, std::vector<float> values) {
  std::sort(values.begin(), values.end());
  json.Add(name + "_p50", Percentile(values, 0.5))
      .Add(name + "_p99", Percentile(values, 0.99))
      .Add(name + "_p99.9", Percentile(values, 0.999))
      .Add(name + "_max", Percentile(values, 1));
}

void Print(const LoadReport& report, double cpu) {
  JsonObject json;
  json.Add("sent", report.sent)
      .Add("acked", report.acked)
      .Add("refused", report.refused)
      .Add("failed", report.failed)
      .Add("rejected", report.rejected)
      .Add("uncertain", report.uncertain)
      .Add("retried_requests", report.retried_requests)
      .Add("seconds", report.seconds)
      .Add("spans_per_second", static_cast<double>(report.acked) / report.seconds)
      .Add("own_cpu_seconds", cpu)
      .Add("last_refusal", std::string_view(report.refusal));
  AddPercentiles(json, "ack_ms", report.ack_ms);
  if (!report.start_ms.empty()) {
    AddPercentiles(json, "start_ms", report.start_ms);
  }
  std::fputs(json.Text().c_str(), stdout);
}

int Fail(const std::string& message) {
  std::fprintf(stderr, "spanhold_load: %s\n", message.c_str());
  return 2;
}

int Run(Options options) {
  const StatusOr<config::Endpoint> target = config::ParseEndpoint(options.target);
  if (!target.ok()) {
    return Fail("--target: " + std::string(MessageOf(target.status())));
  }
  if (!options.http && (options.json || options.compression == "zstd")) {
    return Fail("--json and zstd go with --http");
  }
  AckedFile acked(options.acked);
  if (!options.acked.empty() && !acked.is_open()) {
    return Fail("--acked: cannot write " + options.acked);
  }
  Plan& plan = options.plan;
  plan.lanes = options.connections * options.in_flight;
  plan.duration = options.duration == 0 ? Duration::max() : Seconds(options.duration);
  plan.drain = Seconds(options.drain);
  const compress::Encoding encoding =
      compress::ParseEncoding(options.compression).value_or(compress::Encoding::kIdentity);
  RequestSource source(
      {options.json ? Format::kJson : Format::kProtobuf, encoding, plan.per_request}, plan.lanes);
  source.Prepare(plan.spans.first, plan.spans.spans);

  const SystemClock clock;
  TransportOptions transport_options{*target, options.connections, plan.lanes, encoding};
  if (options.json) {
    transport_options.content_type = "application/json";
  }
  const std::unique_ptr<Transport> transport = options.http
                                                   ? MakeHttpTransport(transport_options, clock)
                                                   : MakeGrpcTransport(transport_options, clock);
  const double cpu_before = OwnCpuSeconds();
  const LoadReport report = Sender(plan, source, *transport, acked, clock, stopped).Run();
  Print(report, OwnCpuSeconds() - cpu_before);
  return report.acked == report.sent ? 0 : 1;
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Sends numbered spans over OTLP and prints, as JSON, what became of them.");
  Define(app, options);
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGINT, [](int) { stopped = true; });
  std::signal(SIGTERM, [](int) { stopped = true; });
  std::signal(SIGPIPE, SIG_IGN);
  return Run(std::move(options));
}

}  // namespace
}  // namespace spanhold::bench

int main(int argc, char** argv) {
  return spanhold::bench::Main(argc, argv);
}
