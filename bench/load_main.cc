// Sends numbered spans to a collector over OTLP/gRPC and is the backend that it forwards them to:
//
//   spanhold_load --target localhost:4317 --listen localhost:14317 --pid $(pidof spanhold)
//
// Prints what was acknowledged, arrived, lost and doubled, the rate, the latency of the answers and
// the collector's CPU time for each span.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "bench/numbered_spans.h"
#include "src/core/clock.h"
#include "src/core/mutex.h"

namespace spanhold::bench {
namespace {

constexpr char kExport[] = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

struct Options {
  std::string target = "localhost:4317";
  std::string listen = "localhost:14317";
  uint64_t spans = 2'048'000;
  uint32_t per_request = 512;
  uint32_t connections = 1;
  uint32_t in_flight = 4;
  int pid = 0;
};

std::string Joined(const grpc::ByteBuffer& buffer, std::vector<grpc::Slice>& slices) {
  buffer.Dump(&slices);
  std::string joined;
  joined.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    joined.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return joined;
}

// The backend: answers OK to everything.
class Sink final : public grpc::CallbackGenericService {
 public:
  explicit Sink(ArrivalCounter& counter) : counter_(counter) {}

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Reactor(counter_);
  }

 private:
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Reactor(ArrivalCounter& counter) : counter_(counter) { StartRead(&request_); }
    void OnReadDone(bool ok) override {
      if (!ok) {
        Finish(grpc::Status::CANCELLED);
        return;
      }
      std::vector<grpc::Slice> slices;
      request_.Dump(&slices);
      const bool counted =
          slices.size() == 1
              ? counter_.Count({reinterpret_cast<const char*>(slices[0].begin()), slices[0].size()})
              : counter_.Count(Joined(request_, slices));
      if (!counted) {
        Finish({grpc::StatusCode::INVALID_ARGUMENT, "not a request of this load"});
        return;
      }
      const grpc::Slice empty;
      response_ = grpc::ByteBuffer(&empty, 1);
      StartWriteAndFinish(&response_, {}, grpc::Status::OK);
    }
    void OnDone() override { delete this; }

   private:
    ArrivalCounter& counter_;
    grpc::ByteBuffer request_;
    grpc::ByteBuffer response_;
  };

  ArrivalCounter& counter_;
};

struct Result {
  uint64_t acked = 0;
  uint64_t retried = 0;
  double seconds = 0;
  std::vector<double> latencies_ms;
};

// Keeps `in_flight` requests open on each connection until every span is acknowledged; one that is
// refused with UNAVAILABLE is sent again.
class Sender {
 public:
  Sender(const Options& options, const Clock& clock) : options_(options), clock_(clock) {
    for (uint32_t i = 0; i < options.connections; ++i) {
      grpc::ChannelArguments arguments;
      arguments.SetInt("bench.connection", static_cast<int>(i));  // else channels share one
      arguments.SetMaxReceiveMessageSize(-1);
      stubs_.push_back(std::make_unique<grpc::GenericStub>(grpc::CreateCustomChannel(
          options.target, grpc::InsecureChannelCredentials(), arguments)));
    }
  }

  Result Run() {
    const TimePoint started = clock_.Now();
    const uint64_t lanes = uint64_t{options_.connections} * options_.in_flight;
    for (uint64_t i = 0; i < lanes; ++i) {
      SendNext(i % options_.connections);
    }
    void* tag = nullptr;
    bool ok = false;
    while (open_ > 0 && queue_.Next(&tag, &ok)) {
      OnAnswer(std::unique_ptr<Call>(static_cast<Call*>(tag)));
    }
    result_.seconds = std::chrono::duration<double>(clock_.Now() - started).count();
    return std::move(result_);
  }

 private:
  struct Call {
    uint64_t first = 0;
    size_t connection = 0;
    TimePoint started;
    grpc::ClientContext context;
    grpc::ByteBuffer response;
    grpc::Status status;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  };

  void SendNext(size_t connection) {
    if (next_ >= options_.spans) {
      return;
    }
    Send(std::exchange(next_, next_ + options_.per_request), connection);
  }

  void Send(uint64_t first, size_t connection) {
    auto call = std::make_unique<Call>();
    call->first = first;
    call->connection = connection;
    const grpc::Slice slice(maker_.Make(first));
    const grpc::ByteBuffer request(&slice, 1);
    call->context.set_deadline(std::chrono::system_clock::time_point::max());
    call->started = clock_.Now();
    call->reader = stubs_[connection]->PrepareUnaryCall(&call->context, kExport, request, &queue_);
    call->reader->StartCall();
    Call* tag = call.release();
    tag->reader->Finish(&tag->response, &tag->status, tag);
    ++open_;
  }

  void OnAnswer(std::unique_ptr<Call> call) {
    --open_;
    if (!call->status.ok()) {
      if (call->status.error_code() != grpc::StatusCode::UNAVAILABLE) {
        std::cerr << "refused: " << call->status.error_message() << "\n";
        SendNext(call->connection);
        return;
      }
      ++result_.retried;
      Send(call->first, call->connection);
      return;
    }
    result_.acked += options_.per_request;
    result_.latencies_ms.push_back(
        std::chrono::duration<double, std::milli>(clock_.Now() - call->started).count());
    SendNext(call->connection);
  }

  const Options& options_;
  const Clock& clock_;
  RequestMaker maker_{options_.per_request};
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  grpc::CompletionQueue queue_;
  uint64_t next_ = 0;
  uint64_t open_ = 0;
  Result result_;
};

// User and system time of a process: fields 14 and 15 of /proc/PID/stat, proc(5).
double CpuSeconds(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) {
    fields >> skipped;
  }
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// "VmHWM" or "VmRSS" of a process in MiB.
double MemoryMiB(int pid, const std::string& what) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(what + ":", 0) == 0) {
      return std::stod(line.substr(what.size() + 1)) / 1024;
    }
  }
  return 0;
}

double Percentile(std::vector<double>& sorted, double p) {
  return sorted.empty() ? 0
                        : sorted[static_cast<size_t>(p * static_cast<double>(sorted.size() - 1))];
}

// Until all have arrived, or nothing new has for ten seconds.
void WaitForArrivals(const ArrivalCounter& counter, uint64_t expected, const Clock& clock) {
  Mutex mutex;
  CondVar never;
  uint64_t last = 0;
  TimePoint moved = clock.Now();
  const MutexLock lock(mutex);
  while (counter.arrived() < expected && clock.Now() - moved < std::chrono::seconds(10)) {
    never.WaitUntil(mutex, clock.Now() + std::chrono::milliseconds(10));
    if (counter.arrived() != last) {
      last = counter.arrived();
      moved = clock.Now();
    }
  }
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Measures a collector with numbered spans.");
  app.add_option("--target", options.target, "the collector's OTLP/gRPC address");
  app.add_option("--listen", options.listen, "where it forwards to: this program");
  app.add_option("--spans", options.spans);
  app.add_option("--per-request", options.per_request);
  app.add_option("--connections", options.connections);
  app.add_option("--in-flight", options.in_flight, "open requests for each connection");
  app.add_option("--pid", options.pid, "the collector's process, for its CPU time and memory");
  CLI11_PARSE(app, argc, argv);
  options.spans -= options.spans % options.per_request;

  const SystemClock clock;
  ArrivalCounter counter(options.spans);
  Sink sink(counter);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials());
  builder.SetMaxReceiveMessageSize(-1);
  builder.RegisterCallbackGenericService(&sink);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) {
    std::cerr << "cannot listen on " << options.listen << "\n";
    return 1;
  }

  const double cpu_before = options.pid == 0 ? 0 : CpuSeconds(options.pid);
  Result result = Sender(options, clock).Run();
  WaitForArrivals(counter, result.acked, clock);
  const double cpu = options.pid == 0 ? 0 : CpuSeconds(options.pid) - cpu_before;

  std::sort(result.latencies_ms.begin(), result.latencies_ms.end());
  std::cout << "acked " << result.acked << " arrived " << counter.arrived() << " lost "
            << result.acked - std::min(result.acked, counter.arrived()) << " doubled "
            << counter.doubled() << " retried_requests " << result.retried << "\n"
            << "seconds " << result.seconds << " spans/s "
            << static_cast<double>(result.acked) / result.seconds << " ack ms p50 "
            << Percentile(result.latencies_ms, 0.5) << " p99 "
            << Percentile(result.latencies_ms, 0.99) << "\n";
  if (options.pid != 0) {
    std::cout << "cpu us/span " << cpu * 1e6 / static_cast<double>(result.acked) << " rss MiB "
              << MemoryMiB(options.pid, "VmRSS") << " peak MiB " << MemoryMiB(options.pid, "VmHWM")
              << "\n";
  }
  server->Shutdown();
  return counter.arrived() == result.acked && counter.doubled() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace spanhold::bench

int main(int argc, char** argv) {
  return spanhold::bench::Main(argc, argv);
}
