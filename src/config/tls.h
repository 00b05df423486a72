#pragma once

#include <string>

#include "src/config/fields.h"

namespace spanhold::config {

// `tls` of a client: the Collector's keys (configtls). The zero value is TLS with the system's
// certificate authorities.
struct TlsClientConfig {
  bool insecure = false;              // no TLS at all
  bool insecure_skip_verify = false;  // TLS, but any certificate will do
  std::string ca_file;
  std::string ca_pem;
  std::string cert_file;  // with key_file: the client's own certificate
  std::string cert_pem;
  std::string key_file;
  std::string key_pem;
  std::string server_name_override;
  std::string min_version = "1.2";

  void Describe(Fields& fields);
};

}  // namespace spanhold::config
