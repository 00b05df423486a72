#include "src/exporter/jaeger/thrift_transport.h"

#include <utility>

#include "src/exporter/jaeger/answer.h"
#include "src/exporter/jaeger/encode.h"
#include "src/exporter/jaeger/split.h"
#include "src/exporter/sending/http_failure.h"

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

sending::SendResult ResultOf(const StatusOr<net::HttpResponse>& response, WallTime now) {
  if (!response.ok()) {
    return {response.status(), 0, {}};
  }
  Status status = ReadHttpAnswer(*response);
  return status.ok() ? sending::SendResult()
                     : sending::HttpFailure(*response, std::move(status), now);
}

}  // namespace

ThriftTransport::ThriftTransport(const Config& config, const Target& target, net::EventLoop& loop,
                                 MemoryBudget& budget, const Clock& clock)
    : path_(target.endpoint.path),
      headers_(MakeHeaders(config)),
      budget_(budget),
      clock_(clock),
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
  request.body = Rope(*std::move(body));
  client_.Send(std::move(request), deadline,
               [this, done = std::move(done)](const StatusOr<net::HttpResponse>& response) mutable {
                 done(ResultOf(response, clock_.WallNow()));
               });
}

Status ThriftTransport::Shutdown() {
  client_.Shutdown();
  return absl::OkStatus();
}

}  // namespace spanhold::jaeger
