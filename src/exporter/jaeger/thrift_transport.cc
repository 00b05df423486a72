#include "src/exporter/jaeger/thrift_transport.h"

#include <utility>

#include "src/exporter/jaeger/answer.h"
#include "src/exporter/jaeger/encode.h"
#include "src/exporter/jaeger/split.h"

namespace spanhold::jaeger {
namespace {

net::HttpHeaders MakeHeaders(const Config& config) {
  net::HttpHeaders headers = {{"Content-Type", "application/x-thrift"}};
  headers.insert(headers.end(), config.headers.begin(), config.headers.end());
  return headers;
}

net::HttpClient::Options MakeOptions(const Config& config, const Target& target) {
  net::HttpClient::Options options;
  options.endpoint = target.endpoint;
  options.tls = config.tls;
  return options;
}

}  // namespace

ThriftTransport::ThriftTransport(const Config& config, const Target& target, net::EventLoop& loop,
                                 MemoryBudget& budget)
    : path_(target.endpoint.path),
      headers_(MakeHeaders(config)),
      budget_(budget),
      client_(MakeOptions(config, target), loop) {}

std::vector<otlp::TraceBatch> ThriftTransport::Split(otlp::TraceBatch batch) const {
  return SplitByProcess(batch);
}

void ThriftTransport::Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) {
  StatusOr<Bytes> body = EncodeThrift(batch, budget_);
  if (!body.ok()) {
    done({std::move(body).status(), 0, {}});
    return;
  }
  net::HttpRequest request;
  request.target = path_;
  request.headers = headers_;
  request.body = *std::move(body);
  client_.Send(std::move(request), deadline,
               [done = std::move(done)](const StatusOr<net::HttpResponse>& response) mutable {
                 done({response.ok() ? ReadHttpAnswer(*response) : response.status(), 0, {}});
               });
}

Status ThriftTransport::Shutdown() {
  client_.Shutdown();
  return absl::OkStatus();
}

}  // namespace spanhold::jaeger
