#include "src/config/tls.h"

namespace spanhold::config {

void TlsClientConfig::Describe(Fields& fields) {
  fields.Bool({"insecure", "send in clear, without TLS"}, insecure);
  fields.Bool({"insecure_skip_verify", "accept any certificate of the server"},
              insecure_skip_verify);
  fields.String({"ca_file", "PEM file of the authorities to trust; empty: the system's"}, ca_file);
  fields.String({"ca_pem", "the same as text"}, ca_pem);
  fields.String({"cert_file", "PEM file of the client's own certificate"}, cert_file);
  fields.String({"cert_pem", "the same as text"}, cert_pem);
  fields.String({"key_file", "PEM file of that certificate's key"}, key_file);
  fields.Secret({"key_pem", "the same as text"}, key_pem);
  fields.String({"server_name_override", "name to expect in the server's certificate"},
                server_name_override);
  fields.String({"min_version", "lowest TLS version: \"1.2\" or \"1.3\""}, min_version);

  fields.Refused({"max_version", ""}, "the newest version that both sides know is used");
  fields.Refused({"cipher_suites", ""}, "the TLS library's defaults are used");
  fields.Refused({"include_insecure_cipher_suites", ""}, "insecure cipher suites are never used");
  fields.Refused({"curve_preferences", ""}, "the TLS library's defaults are used");
  fields.Refused({"include_system_ca_certs_pool", ""},
                 "put the system's certificates and yours into one ca_file");
  fields.Refused({"reload_interval", ""},
                 "certificates are read at start; restart Spanhold after changing them");
  fields.Refused({"tpm", ""}, "keys in a TPM are not supported; use key_file");

  fields.Check("ca_pem", ca_file.empty() || ca_pem.empty(), "ca_file is set too; keep one of them");
  fields.Check("cert_pem", cert_file.empty() || cert_pem.empty(),
               "cert_file is set too; keep one of them");
  fields.Check("key_pem", key_file.empty() || key_pem.empty(),
               "key_file is set too; keep one of them");
  const bool has_cert = !cert_file.empty() || !cert_pem.empty();
  const bool has_key = !key_file.empty() || !key_pem.empty();
  fields.Check(cert_file.empty() ? "cert_pem" : "cert_file", !has_cert || has_key,
               "a certificate needs its key: set key_file or key_pem");
  fields.Check(key_file.empty() ? "key_pem" : "key_file", has_cert || !has_key,
               "a key needs its certificate: set cert_file or cert_pem");
  fields.Check("min_version", min_version == "1.2" || min_version == "1.3",
               "want \"1.2\" or \"1.3\"; older versions are broken");
}

}  // namespace spanhold::config
