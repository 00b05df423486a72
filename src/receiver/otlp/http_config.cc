#include "src/receiver/otlp/http_config.h"

#include <algorithm>
#include <limits>

#include "src/compress/compress.h"
#include "src/net/http_message.h"

namespace spanhold::otlp_receiver {
namespace {

// At most one `*`, which stands for any text.
bool IsOriginPattern(const std::string& origin) {
  return !origin.empty() && std::count(origin.begin(), origin.end(), '*') <= 1;
}

bool IsKnownCompression(const std::string& name) {
  return name.empty() || compress::ParseEncoding(name).has_value();
}

bool IsPath(const std::string& path) {
  return path.starts_with('/') && path.find_first_of("?# ") == std::string::npos;
}

// The Collector adds a slash that is missing.
void DescribePath(config::Fields& fields, config::Key key, std::string& path) {
  fields.String(key, path);
  if (!path.empty() && path[0] != '/') {
    path.insert(path.begin(), '/');
  }
  fields.Check(key.name, IsPath(path), "want a path like \"/v1/traces\"");
}

void DescribeEndpoint(config::Fields& fields, std::string& endpoint) {
  fields.String({"endpoint",
                 "address to listen on: host:port or unix:/path; host 0.0.0.0 is every "
                 "interface"},
                endpoint);
  const StatusOr<config::Endpoint> parsed = config::ParseEndpoint(endpoint);
  fields.Check("endpoint", parsed.ok(), parsed.ok() ? "" : MessageOf(parsed.status()));
  if (parsed.ok() && !parsed->is_unix()) {
    fields.Check("endpoint", parsed->scheme.empty(),
                 "want \"host:port\" without a scheme, like \"localhost:4318\"");
    fields.Check("endpoint", parsed->port != 0 || endpoint.ends_with(":0"),
                 "want a port, like \"localhost:4318\"");
  }
}

void RefuseUnsupported(config::Fields& fields) {
  fields.Refused({"tls", "serve with TLS"},
                 "TLS on receivers comes with a later version; listen on localhost, or put a proxy "
                 "that speaks TLS in front");
  fields.Refused({"auth", "ask clients for credentials"},
                 "authentication on receivers comes with a later version; listen on localhost, or "
                 "put a proxy that authenticates in front");
  fields.Refused({"include_metadata", "keep request headers for later stages"},
                 "no stage reads request headers; remove it");
  fields.Refused({"middlewares", "extensions that see each request"},
                 "there are no middleware extensions; remove it");
}

}  // namespace

void CorsConfig::Describe(config::Fields& fields) {
  fields.Strings({"allowed_origins",
                  "web pages that may send, like \"https://*.example.com\" or "
                  "\"*\"; empty: none"},
                 allowed_origins);
  fields.Strings({"allowed_headers",
                  "request headers they may set besides Accept, Accept-Language, "
                  "Content-Type and Content-Language; \"*\": any"},
                 allowed_headers);
  fields.Strings({"exposed_headers", "response headers they may read besides Retry-After"},
                 exposed_headers);
  fields.Int({"max_age", "seconds for which browsers may remember the permission; 0: theirs"},
             max_age, 0, std::numeric_limits<int32_t>::max());
  fields.Check("allowed_origins",
               std::all_of(allowed_origins.begin(), allowed_origins.end(), &IsOriginPattern),
               "want origins with at most one \"*\" each, like \"https://*.example.com\"");
}

void HttpConfig::Describe(config::Fields& fields) {
  DescribeEndpoint(fields, endpoint);
  DescribePath(fields, {"traces_url_path", "path that takes traces; \"/\" takes them too"},
               traces_url_path);
  DescribePath(fields, {"metrics_url_path", "path on which metrics are refused with a hint"},
               metrics_url_path);
  DescribePath(fields, {"logs_url_path", "path on which logs are refused with a hint"},
               logs_url_path);
  fields.Size({"max_request_body_size", "largest request, also after decompression"},
              max_request_body_size);
  fields.Check("max_request_body_size", max_request_body_size > 0,
               "want more than 0; leave it out for 64MiB");
  fields.Strings({"compression_algorithms", "values of Content-Encoding to take; \"\": none"},
                 compression_algorithms);
  fields.Check("compression_algorithms",
               std::all_of(compression_algorithms.begin(), compression_algorithms.end(),
                           &IsKnownCompression),
               "want some of \"\", gzip, zstd, zlib, deflate; snappy and lz4 are not supported");
  fields.Section({"cors", "permissions for web pages to send traces"},
                 [this](config::Fields& nested) { cors.Describe(nested); });
  fields.SecretMap({"response_headers", "headers added to every response"}, response_headers);
  fields.Check("response_headers",
               std::all_of(response_headers.begin(), response_headers.end(),
                           [](const auto& header) {
                             return net::IsValidHeader(header.first, header.second);
                           }),
               "want header names without spaces or colons, and values without line breaks");
  fields.Time({"read_timeout", "time for a whole request, from its first byte; 0: no limit"},
              read_timeout);
  fields.Time({"read_header_timeout",
               "time for a request's header, from its first byte; 0: no "
               "limit"},
              read_header_timeout);
  fields.Time({"write_timeout", "time for a client to read its response; 0: no limit"},
              write_timeout);
  fields.Time({"idle_timeout", "time that a connection stays open between requests; 0: no limit"},
              idle_timeout);
  fields.Bool({"keep_alives_enabled", "take several requests on one connection"},
              keep_alives_enabled);
  RefuseUnsupported(fields);
}

config::Endpoint HttpConfig::ListenEndpoint() const {
  const StatusOr<config::Endpoint> parsed = config::ParseEndpoint(endpoint);
  return parsed.ok() ? *parsed : config::Endpoint();
}

}  // namespace spanhold::otlp_receiver
