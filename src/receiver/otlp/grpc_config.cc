#include "src/receiver/otlp/grpc_config.h"

#include <limits>

namespace spanhold::otlp_receiver {
namespace {

constexpr int64_t kDefaultMiB = 64;
constexpr int64_t kLargestMiB = 1024;

bool IsPositive(Duration duration) {
  return duration > Duration::zero();
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

StatusOr<config::Endpoint> Parse(const std::string& endpoint, GrpcConfig::Transport transport) {
  const bool is_path = transport == GrpcConfig::Transport::kUnix && !endpoint.starts_with("unix:");
  SPANHOLD_ASSIGN_OR_RETURN(config::Endpoint parsed,
                            config::ParseEndpoint(is_path ? "unix:" + endpoint : endpoint));
  if (parsed.is_unix()) {
    return parsed;
  }
  if (!parsed.scheme.empty()) {
    return absl::InvalidArgumentError(
        "want \"host:port\" without a scheme, like \"localhost:4317\"");
  }
  if (parsed.port == 0 && !endpoint.ends_with(":0")) {
    return absl::InvalidArgumentError("want a port, like \"localhost:4317\"");
  }
  return parsed;
}

}  // namespace

void GrpcKeepalive::Describe(config::Fields& fields) {
  fields.Section(
      {"server_parameters", "when the server pings and ends connections"},
      [this](config::Fields& nested) {
        nested.Time({"max_connection_idle", "ends a connection without requests; 0: never"},
                    max_connection_idle);
        nested.Time({"max_connection_age", "ends a connection of this age; 0: never"},
                    max_connection_age);
        nested.Time({"max_connection_age_grace",
                     "time that its requests have then; 0: "
                     "no limit"},
                    max_connection_age_grace);
        nested.Time({"time", "pings a silent client after this time"}, time);
        nested.Time({"timeout", "ends the connection when no answer comes for so long"}, timeout);
        nested.Check("time", IsPositive(time), "want more than 0");
        nested.Check("timeout", IsPositive(timeout), "want more than 0");
      });
  fields.Section({"enforcement_policy", "which pings of clients end their connection"},
                 [this](config::Fields& nested) {
                   nested.Time({"min_time", "more often than this"}, min_time);
                   nested.Bool({"permit_without_stream", "false: any without a request under way"},
                               permit_without_stream);
                 });
}

void GrpcConfig::Describe(config::Fields& fields) {
  fields.String({"endpoint",
                 "address to listen on: host:port or unix:/path; host 0.0.0.0 is every "
                 "interface"},
                endpoint);
  config::OneOf(
      fields, {"transport", "tcp, or unix for an endpoint that is a path"}, transport,
      {{"tcp", static_cast<int>(Transport::kTcp)}, {"unix", static_cast<int>(Transport::kUnix)}});
  fields.Int({"max_recv_msg_size_mib", "largest request in MiB, also after decompression; 0: 64"},
             max_recv_msg_size_mib, 0, kLargestMiB);
  fields.Int({"max_concurrent_streams", "requests under way on one connection; 0: no limit"},
             max_concurrent_streams, 0, std::numeric_limits<int32_t>::max());
  fields.Section({"keepalive", "pings and the ends of connections"},
                 [this](config::Fields& nested) { keepalive.Describe(nested); });
  fields.Size({"read_buffer_size", "read at once from a connection; 0: gRPC's own choice"},
              read_buffer_size);
  fields.Size({"write_buffer_size", "gathered for one write; 0: gRPC's own choice"},
              write_buffer_size);
  RefuseUnsupported(fields);
  const Status parsed = Parse(endpoint, transport).status();
  fields.Check("endpoint", parsed.ok(), MessageOf(parsed));
  constexpr uint64_t kLargestBuffer = 64 << 20;
  fields.Check("read_buffer_size", read_buffer_size <= kLargestBuffer, "want at most 64MiB");
  fields.Check("write_buffer_size", write_buffer_size <= kLargestBuffer, "want at most 64MiB");
}

uint64_t GrpcConfig::max_request_bytes() const {
  const int64_t mib = max_recv_msg_size_mib == 0 ? kDefaultMiB : max_recv_msg_size_mib;
  return static_cast<uint64_t>(mib) << 20U;
}

config::Endpoint GrpcConfig::ListenEndpoint() const {
  const StatusOr<config::Endpoint> parsed = Parse(endpoint, transport);
  return parsed.ok() ? *parsed : config::Endpoint();
}

}  // namespace spanhold::otlp_receiver
