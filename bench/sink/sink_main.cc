// The backend of a measurement or a drill: takes numbered spans and counts each; see
// bench/README.md.

#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/numbered/acked_file.h"
#include "bench/sink/arrivals.h"
#include "bench/sink/backend.h"
#include "bench/sink/count_spans.h"
#include "src/net/event_loop.h"

namespace spanhold::bench {
namespace {

struct Options {
  std::string grpc;
  std::string http;
  std::string jsonl;
  std::string acked;
  double delay_ms = 0;
  std::vector<int> grpc_answers = {0};
  uint64_t capacity = uint64_t{256} << 20U;
};

int Fail(const std::string& message) {
  std::fprintf(stderr, "spanhold_sink: %s\n", message.c_str());
  return 2;
}

// What a report compares with: nothing without --acked, no span while the file is not there yet.
std::string Report(const Arrivals& arrivals, const std::string& acked_path) {
  if (acked_path.empty()) {
    return arrivals.Report(nullptr);
  }
  const std::vector<SpanRange> acked = ReadAcked(acked_path).value_or(std::vector<SpanRange>());
  return arrivals.Report(&acked);
}

Status CountFiles(const std::string& directory, Arrivals& arrivals) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".jsonl") {
      continue;
    }
    std::ifstream file(entry.path(), std::ios::binary);
    for (std::string line; std::getline(file, line);) {
      arrivals.CountRequest(line.size() + 1);
      CountOtlpJson(line, arrivals);
    }
  }
  return error ? absl::NotFoundError(directory + ": " + error.message()) : absl::OkStatus();
}

StatusOr<BackendOptions> ListenOn(const std::string& address, const Options& options) {
  BackendOptions backend;
  SPANHOLD_ASSIGN_OR_RETURN(backend.listen, config::ParseEndpoint(address));
  backend.delay = std::chrono::duration_cast<Duration>(
      std::chrono::duration<double, std::milli>(options.delay_ms));
  backend.grpc_answers = options.grpc_answers;
  return backend;
}

Status Serve(const Options& options, Arrivals& arrivals) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before the first thread, which inherits it
  const SystemClock clock;
  MemoryBudget budget(UINT64_MAX);
  net::EventLoop loop("sink", 1);
  loop.Start();
  std::vector<std::unique_ptr<Backend>> backends;
  if (!options.grpc.empty()) {
    SPANHOLD_ASSIGN_OR_RETURN(const BackendOptions listen, ListenOn(options.grpc, options));
    SPANHOLD_ASSIGN_OR_RETURN(backends.emplace_back(),
                              StartGrpcBackend(listen, arrivals, budget, clock, loop));
  }
  if (!options.http.empty()) {
    SPANHOLD_ASSIGN_OR_RETURN(const BackendOptions listen, ListenOn(options.http, options));
    SPANHOLD_ASSIGN_OR_RETURN(backends.emplace_back(),
                              StartHttpBackend(listen, arrivals, budget, clock, loop,
                                               [&] { return Report(arrivals, options.acked); }));
  }
  int signal = 0;
  sigwait(&signals, &signal);
  backends.clear();
  loop.Stop();
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Takes spans of spanhold_load, counts each, and prints a report when it is ended.");
  app.add_option("--grpc", options.grpc, "host:port for OTLP/gRPC");
  app.add_option("--http", options.http,
                 "host:port for OTLP/HTTP, Jaeger's /api/traces, and GET /report");
  app.add_option("--jsonl", options.jsonl,
                 "count the .jsonl files of this directory, print the report, and end");
  app.add_option("--acked", options.acked, "file of spanhold_load --acked to compare with");
  app.add_option("--delay", options.delay_ms, "milliseconds before each answer");
  app.add_option("--grpc-answers", options.grpc_answers,
                 "gRPC's status codes for requests in turn, over and over, by commas")
      ->delimiter(',')
      ->check(CLI::Range(0, 16));
  app.add_option("--capacity", options.capacity, "how many numbers are told apart")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (options.grpc.empty() && options.http.empty() && options.jsonl.empty()) {
    return Fail("nothing to do: give --grpc, --http or --jsonl");
  }
  Arrivals arrivals(options.capacity);
  const Status status =
      options.jsonl.empty() ? Serve(options, arrivals) : CountFiles(options.jsonl, arrivals);
  if (!status.ok()) {
    return Fail(std::string(MessageOf(status)));
  }
  std::fputs(Report(arrivals, options.acked).c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace spanhold::bench

int main(int argc, char** argv) {
  return spanhold::bench::Main(argc, argv);
}
