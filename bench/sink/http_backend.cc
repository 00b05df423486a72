#include <utility>

#include "bench/sink/backend.h"
#include "bench/sink/count_spans.h"
#include "src/compress/compress.h"
#include "src/net/http_server.h"

namespace spanhold::bench {
namespace {

constexpr uint64_t kLargestRequest = 256 << 20;

bool Count(const net::HttpRequestHead& head, std::string_view body, Arrivals& arrivals) {
  if (head.Path() == "/api/traces") {
    return CountJaegerThrift(body, arrivals);
  }
  const bool json = head.Header("Content-Type").find("json") != std::string_view::npos;
  return json ? CountOtlpJson(body, arrivals) : CountOtlp(body, arrivals);
}

class HttpBackend final : public Backend, public net::HttpHandler {
 public:
  HttpBackend(const BackendOptions& options, Arrivals& arrivals, MemoryBudget& budget,
              const Clock& clock, net::EventLoop& loop, std::function<std::string()> report)
      : delay_(options.delay),
        arrivals_(arrivals),
        budget_(budget),
        clock_(clock),
        loop_(loop),
        report_(std::move(report)),
        server_(ServerOptions(options), *this, budget, loop) {}
  ~HttpBackend() override { server_.Shutdown(clock_.Now()); }

  Status Start() { return server_.Start(); }

  std::optional<net::HttpReply> OnHead(const net::HttpRequestHead& head) override {
    if (head.Path() == "/report") {
      return net::HttpReply{200, "application/json", {}, report_()};
    }
    if (head.Path() != "/v1/traces" && head.Path() != "/api/traces") {
      return net::TextReply(404, "here are /v1/traces, /api/traces and /report");
    }
    return std::nullopt;
  }

  void OnRequest(const net::HttpRequestHead& head, Bytes body, Respond respond) override {
    arrivals_.CountRequest(body.size());
    const Status status = CountBody(head, std::move(body));
    if (!status.ok()) {
      arrivals_.CountMalformed();
      respond(net::TextReply(400, std::string(MessageOf(status))));
      return;
    }
    net::HttpReply reply{200, std::string(head.Header("Content-Type")), {}, ""};
    if (delay_ == Duration::zero()) {
      respond(std::move(reply));
      return;
    }
    auto shared = std::make_shared<Respond>(std::move(respond));
    loop_.Schedule(clock_.Now() + delay_, [shared, reply] { (*shared)(reply); });
  }

 private:
  static net::HttpServer::Options ServerOptions(const BackendOptions& options) {
    net::HttpServer::Options server;
    server.name = "sink";
    server.endpoint = options.listen;
    server.max_body_size = kLargestRequest;
    return server;
  }

  Status CountBody(const net::HttpRequestHead& head, Bytes body) {
    const std::string_view name = head.Header("Content-Encoding");
    const auto encoding =
        name.empty() ? compress::Encoding::kIdentity : compress::ParseEncoding(name);
    if (!encoding) {
      return absl::InvalidArgumentError("not an encoding that is known here");
    }
    if (*encoding != compress::Encoding::kIdentity) {
      SPANHOLD_ASSIGN_OR_RETURN(
          body, compress::Decompress(*encoding, body.view(), kLargestRequest, budget_));
    }
    return Count(head, body.view(), arrivals_) ? absl::OkStatus()
                                               : absl::InvalidArgumentError("not well formed");
  }

  const Duration delay_;
  Arrivals& arrivals_;
  MemoryBudget& budget_;
  const Clock& clock_;
  net::EventLoop& loop_;
  const std::function<std::string()> report_;
  net::HttpServer server_;
};

}  // namespace

StatusOr<std::unique_ptr<Backend>> StartHttpBackend(const BackendOptions& options,
                                                    Arrivals& arrivals, MemoryBudget& budget,
                                                    const Clock& clock, net::EventLoop& loop,
                                                    std::function<std::string()> report) {
  auto backend =
      std::make_unique<HttpBackend>(options, arrivals, budget, clock, loop, std::move(report));
  SPANHOLD_RETURN_IF_ERROR(backend->Start());
  return backend;
}

}  // namespace spanhold::bench
