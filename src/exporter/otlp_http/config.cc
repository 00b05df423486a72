#include "src/exporter/otlp_http/config.h"

#include <algorithm>

#include "src/net/http_message.h"

namespace spanhold::otlp_http {
namespace {

constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kHttpsPort = 443;

void DescribeUrl(config::Fields& fields, config::Key key, std::string& url) {
  fields.String(key, url);
  if (url.empty()) {
    return;
  }
  const StatusOr<config::Endpoint> parsed = config::ParseEndpoint(url);
  fields.Check(key.name, parsed.ok(), parsed.ok() ? "" : MessageOf(parsed.status()));
  if (parsed.ok()) {
    fields.Check(key.name, parsed->scheme == "http" || parsed->scheme == "https",
                 "want a URL with http or https, like \"http://localhost:4318\"");
  }
}

void RefuseUnsupported(config::Fields& fields) {
  for (const char* const key : {"metrics_endpoint", "logs_endpoint", "profiles_endpoint"}) {
    fields.Refused({key, ""}, "only traces are sent; remove it");
  }
  for (const char* const key :
       {"max_idle_conns", "max_idle_conns_per_host", "max_conns_per_host"}) {
    fields.Refused({key, ""},
                   "there are as many connections as requests in flight; set "
                   "sending_queue.num_consumers");
  }
  for (const char* const key : {"read_buffer_size", "write_buffer_size", "compression_params"}) {
    fields.Refused({key, ""}, "there is nothing to tune here; remove it");
  }
  for (const char* const key :
       {"http2_read_idle_timeout", "http2_ping_timeout", "force_attempt_http2"}) {
    fields.Refused({key, ""}, "requests are sent with HTTP/1.1; remove it, or use otlp_grpc");
  }
  fields.Refused({"disable_keep_alives", ""},
                 "connections are kept; set idle_conn_timeout to close them sooner");
  fields.Refused({"proxy_url", ""}, "proxies are not supported; send to the proxy's own address");
  fields.Refused({"cookies", ""}, "cookies are not supported");
  fields.Refused({"auth", ""},
                 "authentication extensions come with a later version; set the \"authorization\" "
                 "header in `headers`");
  fields.Refused({"middlewares", ""}, "there are no middleware extensions; remove it");
}

}  // namespace

void Config::Describe(config::Fields& fields) {
  DescribeUrl(fields, {"endpoint", "base URL of the backend; /v1/traces is put behind its path"},
              endpoint);
  DescribeUrl(fields, {"traces_endpoint", "URL of the backend, used as it is"}, traces_endpoint);
  fields.Check("endpoint", !endpoint.empty() || !traces_endpoint.empty(),
               "want the URL of a backend, like \"http://localhost:4318\"");
  config::OneOf(
      fields, {"encoding", "of requests"}, encoding,
      {{"proto", static_cast<int>(Format::kProto)}, {"json", static_cast<int>(Format::kJson)}});
  using compress::Encoding;
  config::OneOf(fields, {"compression", "of requests"}, compression,
                {{"gzip", static_cast<int>(Encoding::kGzip)},
                 {"zstd", static_cast<int>(Encoding::kZstd)},
                 {"zlib", static_cast<int>(Encoding::kZlib)},
                 {"deflate", static_cast<int>(Encoding::kZlib)},
                 {"none", static_cast<int>(Encoding::kIdentity)},
                 {"", static_cast<int>(Encoding::kIdentity)}});
  fields.SecretMap({"headers", "added to every request"}, headers);
  fields.Check("headers",
               std::all_of(headers.begin(), headers.end(),
                           [](const auto& header) {
                             return net::IsValidHeader(header.first, header.second);
                           }),
               "want header names without spaces or colons, and values without line breaks");
  fields.Time({"idle_conn_timeout", "close a connection that was unused for this long"},
              idle_conn_timeout);
  fields.Section({"tls", "for https"}, [this](config::Fields& nested) { tls.Describe(nested); });
  sending.Describe(fields);
  RefuseUnsupported(fields);
}

config::Endpoint Config::Target() const {
  const bool as_is = !traces_endpoint.empty();
  const StatusOr<config::Endpoint> parsed =
      config::ParseEndpoint(as_is ? traces_endpoint : endpoint);
  if (!parsed.ok()) {
    return {};
  }
  config::Endpoint target = *parsed;
  if (target.port == 0) {
    target.port = target.scheme == "https" ? kHttpsPort : kHttpPort;
  }
  if (!as_is) {
    const size_t query = std::min(target.path.find('?'), target.path.size());
    std::string path = target.path.substr(0, query);
    if (path.ends_with('/')) {
      path.pop_back();
    }
    target.path = path + "/v1/traces" + target.path.substr(query);
  } else if (target.path.empty()) {
    target.path = "/";
  }
  return target;
}

std::vector<config::EndpointUse> Config::SendEndpoints() const {
  return {{traces_endpoint.empty() ? "endpoint" : "traces_endpoint", Target()}};
}

}  // namespace spanhold::otlp_http
