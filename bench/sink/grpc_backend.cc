#include <atomic>
#include <utility>
#include <vector>

#include <absl/strings/str_cat.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include "bench/sink/backend.h"
#include "bench/sink/count_spans.h"
#include "src/compress/compress.h"

namespace spanhold::bench {
namespace {

constexpr uint64_t kLargestRequest = 256 << 20;

std::string_view View(const grpc::Slice& slice) {
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

// With gRPC's own decompression off a message comes as it was sent, and its first byte tells a gzip
// stream from a request (a field of wire type 2).
bool IsGzip(std::string_view message) {
  return message.substr(0, 2) == "\x1f\x8b";
}

class GrpcBackend final : public Backend, public grpc::CallbackGenericService {
 public:
  GrpcBackend(const BackendOptions& options, Arrivals& arrivals, MemoryBudget& budget,
              const Clock& clock, net::EventLoop& loop)
      : delay_(options.delay),
        answers_(options.grpc_answers),
        arrivals_(arrivals),
        budget_(budget),
        clock_(clock),
        loop_(loop) {}
  ~GrpcBackend() override {
    if (server_) {
      server_->Shutdown(std::chrono::system_clock::now());
    }
  }

  Status Start(const config::Endpoint& listen) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort(listen.Authority(), grpc::InsecureServerCredentials(), &port);
    builder.SetMaxReceiveMessageSize(-1);
    builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
    return server_ && port != 0 ? absl::OkStatus()
                                : absl::UnavailableError("cannot listen on " + listen.Authority());
  }

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Reactor(*this);
  }

 private:
  // One call; frees itself.
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Reactor(GrpcBackend& backend) : backend_(backend) { StartRead(&request_); }

    void OnReadDone(bool ok) override {
      if (const grpc::StatusCode code = backend_.NextAnswer(); ok && code != grpc::StatusCode::OK) {
        Finish({code, "told to answer so"});
        return;
      }
      if (!ok || !backend_.Count(request_)) {
        Finish({grpc::StatusCode::INVALID_ARGUMENT, "not a well-formed request"});
        return;
      }
      if (backend_.delay_ == Duration::zero()) {
        Accept();
        return;
      }
      backend_.loop_.Schedule(backend_.clock_.Now() + backend_.delay_, [this] { Accept(); });
    }
    void OnDone() override { delete this; }

   private:
    void Accept() {
      const grpc::Slice empty;
      response_ = grpc::ByteBuffer(&empty, 1);
      StartWriteAndFinish(&response_, {}, grpc::Status::OK);
    }

    GrpcBackend& backend_;
    grpc::ByteBuffer request_;
    grpc::ByteBuffer response_;
  };

  grpc::StatusCode NextAnswer() {
    return static_cast<grpc::StatusCode>(answers_[requests_++ % answers_.size()]);
  }

  bool Count(const grpc::ByteBuffer& request) {
    arrivals_.CountRequest(request.Length());
    grpc::Slice whole;
    std::string joined;
    if (!request.TrySingleSlice(&whole).ok()) {
      std::vector<grpc::Slice> slices;
      request.Dump(&slices).IgnoreError();
      joined.reserve(request.Length());
      for (const grpc::Slice& slice : slices) {
        joined += View(slice);
      }
    }
    const bool counted = CountMessage(joined.empty() ? View(whole) : joined);
    if (!counted) {
      arrivals_.CountMalformed();
    }
    return counted;
  }

  bool CountMessage(std::string_view message) {
    if (!IsGzip(message)) {
      return CountOtlp(message, arrivals_);
    }
    const StatusOr<Bytes> inflated =
        compress::Decompress(compress::Encoding::kGzip, message, kLargestRequest, budget_);
    return inflated.ok() && CountOtlp(inflated->view(), arrivals_);
  }

  const Duration delay_;
  const std::vector<int> answers_;
  std::atomic<size_t> requests_{0};
  Arrivals& arrivals_;
  MemoryBudget& budget_;
  const Clock& clock_;
  net::EventLoop& loop_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

StatusOr<std::unique_ptr<Backend>> StartGrpcBackend(const BackendOptions& options,
                                                    Arrivals& arrivals, MemoryBudget& budget,
                                                    const Clock& clock, net::EventLoop& loop) {
  auto backend = std::make_unique<GrpcBackend>(options, arrivals, budget, clock, loop);
  SPANHOLD_RETURN_IF_ERROR(backend->Start(options.listen));
  return backend;
}

}  // namespace spanhold::bench
