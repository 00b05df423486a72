#pragma once

#include <memory>

#include "src/config/tls.h"
#include "src/core/status.h"

struct ssl_ctx_st;

namespace spanhold::net {

using TlsContext = std::shared_ptr<ssl_ctx_st>;  // shared with the connections that use it

// Reads the certificates and keys of `config`. The error names the file, or the key of the
// configuration, and what is wrong.
StatusOr<TlsContext> MakeTlsClientContext(const config::TlsClientConfig& config);

}  // namespace spanhold::net
