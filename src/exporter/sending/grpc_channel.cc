#include "src/exporter/sending/grpc_channel.h"

#include <deque>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <absl/strings/str_cat.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include "src/net/tls_context.h"

namespace spanhold::sending {
namespace {

// The Collector's description of itself, with our name.
constexpr char kUserAgent[] = "Spanhold/" SPANHOLD_VERSION " (linux)";
// gRPC's own defaults are 120 s between attempts to connect and 20 s for one: a backend that comes
// back would wait for its spans for two minutes. How often it gets a request is the lane's to say;
// the connection is there when the lane next asks for it.
constexpr int kFirstReconnectMs = 500;
constexpr int kLongestReconnectMs = 1000;
constexpr int kConnectTimeoutMs = 5000;
constexpr int kBetweenResolutionsMs = 5000;

int Milliseconds(Duration duration) {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

// Channel arguments; the strings live as long as it does.
class Arguments {
 public:
  void Set(const char* key, int value) {
    grpc_arg& argument = arguments_.emplace_back();
    argument.type = GRPC_ARG_INTEGER;
    argument.key = const_cast<char*>(key);
    argument.value.integer = value;
  }
  void Set(const char* key, std::string value) {
    grpc_arg& argument = arguments_.emplace_back();
    argument.type = GRPC_ARG_STRING;
    argument.key = const_cast<char*>(key);
    argument.value.string = strings_.emplace_back(std::move(value)).data();
  }
  grpc_channel_args Get() { return {arguments_.size(), arguments_.data()}; }

 private:
  std::vector<grpc_arg> arguments_;
  std::deque<std::string> strings_;
};

void SetKeepalive(const GrpcClientConfig::Keepalive& keepalive, Arguments& arguments) {
  if (!keepalive.enabled) {
    return;
  }
  arguments.Set(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(keepalive.time));
  arguments.Set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(keepalive.timeout));
  arguments.Set(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, keepalive.permit_without_stream ? 1 : 0);
  arguments.Set(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // no limit but ours
}

Arguments ArgumentsOf(const GrpcClientConfig& config) {
  Arguments arguments;
  arguments.Set(GRPC_ARG_PRIMARY_USER_AGENT_STRING,
                config.user_agent.empty() ? kUserAgent : config.user_agent);
  arguments.Set(GRPC_ARG_LB_POLICY_NAME, config.balancer_name);
  arguments.Set(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, kLargestResponse);
  arguments.Set(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMs);
  arguments.Set(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLongestReconnectMs);
  arguments.Set(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  arguments.Set(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, kBetweenResolutionsMs);
  // The lane in front of the transport retries, and nobody looks for settings in the DNS.
  arguments.Set(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.Set(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  // Each exporter has its own connection, also where two send to the same server.
  arguments.Set(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.Set(GRPC_ARG_HTTP2_BDP_PROBE, 0);  // responses are small
  SetKeepalive(config.keepalive, arguments);
  if (!config.authority.empty()) {
    arguments.Set(GRPC_ARG_DEFAULT_AUTHORITY, config.authority);
  }
  if (!config.tls.server_name_override.empty()) {
    arguments.Set(GRPC_SSL_TARGET_NAME_OVERRIDE_ARG, config.tls.server_name_override);
  }
  if (config.read_buffer_size > 0) {
    arguments.Set(GRPC_ARG_TCP_READ_CHUNK_SIZE, static_cast<int>(config.read_buffer_size));
  }
  if (config.write_buffer_size > 0) {
    arguments.Set(GRPC_ARG_HTTP2_WRITE_BUFFER_SIZE, static_cast<int>(config.write_buffer_size));
  }
  return arguments;
}

StatusOr<std::string> Pem(const std::string& text, const std::string& file) {
  if (file.empty()) {
    return text;
  }
  std::ifstream in(file, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) {
    return absl::InvalidArgumentError(absl::StrCat("tls: ", file, ": cannot be read"));
  }
  return content;
}

struct Certificates {
  std::string authorities;  // empty: the system's
  std::string certificate;  // empty: none
  std::string key;
};

StatusOr<Certificates> ReadCertificates(const config::TlsClientConfig& tls) {
  // Finds what is wrong with them, which gRPC would say only when it connects.
  SPANHOLD_RETURN_IF_ERROR(net::MakeTlsClientContext(tls).status());
  Certificates certificates;
  SPANHOLD_ASSIGN_OR_RETURN(certificates.authorities, Pem(tls.ca_pem, tls.ca_file));
  SPANHOLD_ASSIGN_OR_RETURN(certificates.certificate, Pem(tls.cert_pem, tls.cert_file));
  SPANHOLD_ASSIGN_OR_RETURN(certificates.key, Pem(tls.key_pem, tls.key_file));
  return certificates;
}

grpc_channel_credentials* VerifyingCredentials(const Certificates& certificates) {
  grpc_ssl_pem_key_cert_pair pair{certificates.key.c_str(), certificates.certificate.c_str()};
  return grpc_ssl_credentials_create_ex(
      certificates.authorities.empty() ? nullptr : certificates.authorities.c_str(),
      certificates.certificate.empty() ? nullptr : &pair, nullptr, nullptr);
}

// For `insecure_skip_verify`.
grpc_channel_credentials* TrustingCredentials(const Certificates& certificates) {
  grpc_tls_credentials_options* const options = grpc_tls_credentials_options_create();
  grpc_tls_credentials_options_set_verify_server_cert(options, 0);
  grpc_tls_certificate_verifier* const verifier = grpc_tls_certificate_verifier_no_op_create();
  grpc_tls_credentials_options_set_certificate_verifier(options, verifier);
  grpc_tls_certificate_verifier_release(verifier);
  if (!certificates.certificate.empty()) {
    grpc_tls_identity_pairs* const pairs = grpc_tls_identity_pairs_create();
    grpc_tls_identity_pairs_add_pair(pairs, certificates.key.c_str(),
                                     certificates.certificate.c_str());
    grpc_tls_certificate_provider* const provider =
        grpc_tls_certificate_provider_static_data_create(nullptr, pairs);
    grpc_tls_credentials_options_set_certificate_provider(options, provider);
    grpc_tls_credentials_options_watch_identity_key_cert_pairs(options);
    grpc_tls_certificate_provider_release(provider);
  }
  return grpc_tls_credentials_create(options);
}

StatusOr<grpc_channel_credentials*> CredentialsOf(const GrpcClientConfig& config) {
  if (!config.UsesTls()) {
    return grpc_insecure_credentials_create();
  }
  SPANHOLD_ASSIGN_OR_RETURN(const Certificates certificates, ReadCertificates(config.tls));
  return config.tls.insecure_skip_verify ? TrustingCredentials(certificates)
                                         : VerifyingCredentials(certificates);
}

}  // namespace

StatusOr<grpc_channel*> MakeChannel(const GrpcClientConfig& config) {
  SPANHOLD_ASSIGN_OR_RETURN(grpc_channel_credentials* const credentials, CredentialsOf(config));
  Arguments arguments = ArgumentsOf(config);
  const grpc_channel_args list = arguments.Get();
  grpc_channel* const channel = grpc_channel_create(config.Target().c_str(), credentials, &list);
  grpc_channel_credentials_release(credentials);
  return channel;
}

}  // namespace spanhold::sending
