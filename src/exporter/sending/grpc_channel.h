#pragma once

#include "src/core/status.h"
#include "src/exporter/sending/grpc_client_config.h"

struct grpc_channel;

namespace spanhold::sending {

// A channel to the server that `config` names; it connects with its first call. To be destroyed by
// grpc_channel_destroy(). An error names the file or the key that is wrong.
StatusOr<grpc_channel*> MakeChannel(const GrpcClientConfig& config);

}  // namespace spanhold::sending
