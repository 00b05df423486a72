#include "src/exporter/jaeger/grpc_transport.h"

#include <utility>

#include "src/exporter/jaeger/answer.h"
#include "src/exporter/jaeger/encode.h"
#include "src/exporter/jaeger/split.h"
#include "src/exporter/sending/too_large.h"

namespace spanhold::jaeger {

sending::GrpcClientConfig ClientConfig(const Config& config, const Target& target) {
  const bool has_scheme = !target.endpoint.scheme.empty() && !target.endpoint.is_unix();
  sending::GrpcClientConfig client;
  client.endpoint =
      (has_scheme ? target.endpoint.scheme + "://" : "") + target.endpoint.Authority();
  client.tls = config.tls;
  client.compression = config.compression == Config::Compression::kGzip ? "gzip" : "none";
  client.headers = config.headers;
  return client;
}

GrpcTransport::GrpcTransport(const Config& config, const Target& target, rpc::GrpcLoop& loop,
                             MemoryBudget& budget)
    : budget_(budget), client_(ClientConfig(config, target), loop, budget) {}

std::vector<otlp::TraceBatch> GrpcTransport::Split(otlp::TraceBatch batch) const {
  return SplitByProcess(batch);
}

void GrpcTransport::Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) {
  StatusOr<Bytes> message = EncodeProto(batch, budget_);
  if (!message.ok()) {
    done({std::move(message).status(), 0, {}});
    return;
  }
  client_.Call("/jaeger.api_v2.CollectorService/PostSpans", Rope(*std::move(message)), deadline,
               [done = std::move(done)](const StatusOr<std::string>& response) mutable {
                 const Status& status = response.status();
                 done({ReadGrpcAnswer(status), 0, {}, sending::SaysTooLarge(status)});
               });
}

Status GrpcTransport::Shutdown() {
  client_.Shutdown();
  return absl::OkStatus();
}

}  // namespace spanhold::jaeger
