#pragma once

#include "src/core/status.h"
#include "src/exporter/sending/grpc_client_config.h"

struct grpc_channel;

namespace spanhold::sending {

// OTLP 1.11: clients bound the response, to 4 MiB. The byte more tells this limit from that of a
// server in "Received message larger than max (5000000 vs. 4194305)", which gRPC says of both.
inline constexpr int kLargestResponse = (4 << 20) + 1;

// A channel to the server that `config` names; it connects with its first call. To be destroyed by
// grpc_channel_destroy(). An error names the file or the key that is wrong.
StatusOr<grpc_channel*> MakeChannel(const GrpcClientConfig& config);

}  // namespace spanhold::sending
