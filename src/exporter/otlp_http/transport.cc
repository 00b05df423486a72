#include "src/exporter/otlp_http/transport.h"

#include <utility>

#include "src/exporter/otlp_http/result.h"
#include "src/exporter/sending/split.h"
#include "src/otlp/encode.h"
#include "src/otlp/json_encode.h"

namespace spanhold::otlp_http {
namespace {

// As the Collector names it: "deflate" and "zlib" are both a zlib stream.
const char* ContentEncoding(compress::Encoding encoding) {
  switch (encoding) {
    case compress::Encoding::kGzip:
      return "gzip";
    case compress::Encoding::kZlib:
      return "deflate";
    case compress::Encoding::kZstd:
      return "zstd";
    case compress::Encoding::kIdentity:
      break;
  }
  return nullptr;
}

net::HttpHeaders HeadersOf(const Config& config, const std::string& user_agent) {
  net::HttpHeaders headers = {{"Content-Type", config.encoding == Config::Format::kJson
                                                   ? "application/json"
                                                   : "application/x-protobuf"}};
  if (const char* const encoding = ContentEncoding(config.compression)) {
    headers.emplace_back("Content-Encoding", encoding);
  }
  bool names_agent = false;
  for (const auto& [name, value] : config.headers) {
    headers.emplace_back(name, value);
    names_agent = names_agent || net::EqualsIgnoreCase(name, "User-Agent");
  }
  if (!names_agent) {
    headers.emplace_back("User-Agent", user_agent);
  }
  return headers;
}

net::HttpClient::Options ClientOptions(const Config& config) {
  net::HttpClient::Options options;
  options.endpoint = config.Target();
  options.tls = config.tls;
  options.idle_timeout = config.idle_conn_timeout;
  return options;
}

}  // namespace

Transport::Transport(const Config& config, const Parts& parts)
    : format_(config.encoding),
      compression_(config.compression),
      budget_(parts.budget),
      clock_(parts.clock),
      target_(config.Target().path),
      headers_(HeadersOf(config, parts.user_agent)),
      client_(ClientOptions(config), parts.loop) {}

std::vector<otlp::TraceBatch> Transport::Split(otlp::TraceBatch batch) const {
  return format_ == Config::Format::kJson ? sending::SplitBySize(std::move(batch))
                                          : sending::Transport::Split(std::move(batch));
}

void Transport::Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) {
  net::HttpRequest request;
  request.target = target_;
  request.headers = headers_;
  request.body = Encode(batch);
  client_.Send(std::move(request), deadline,
               [this, done = std::move(done)](const StatusOr<net::HttpResponse>& answer) mutable {
                 done(ResultOf(answer, clock_.WallNow()));
               });
}

Rope Transport::Encode(const otlp::TraceBatch& batch) const {
  Rope plain = format_ == Config::Format::kJson ? Rope(otlp::EncodeJson(batch, budget_))
                                                : otlp::EncodeInPieces(batch, budget_);
  return compression_ == compress::Encoding::kIdentity
             ? std::move(plain)
             : compress::Compress(compression_, plain, budget_);
}

Status Transport::Shutdown() {
  client_.Shutdown();
  return absl::OkStatus();
}

}  // namespace spanhold::otlp_http
