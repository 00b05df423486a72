#pragma once

#include <memory>
#include <string_view>

#include <grpc/byte_buffer.h>

#include "src/compress/compress.h"
#include "src/core/bytes.h"
#include "src/core/freed_memory.h"
#include "src/core/memory_budget.h"

namespace spanhold::otlp_receiver {

struct FreeMessage {
  void operator()(grpc_byte_buffer* message) const { grpc_byte_buffer_destroy(message); }
};
// A message as gRPC holds it.
using MessagePtr = std::unique_ptr<grpc_byte_buffer, FreeMessage>;

// The bytes of `message`, as many as `reservation` has. One copy: a message comes in slices of at
// most 16 KiB, HTTP/2's frames, each of which keeps a larger read buffer of gRPC's alive.
//
// `message` has lost its bytes then. Those of one beyond kSmallRequest go to `freed` while they are
// copied, so that at no time there is much of it twice.
Bytes CopyOf(grpc_byte_buffer& message, Reservation reservation, FreedMemory& freed);

// How `content`, the bytes of `message`, is compressed.
compress::Encoding EncodingOf(const grpc_byte_buffer& message, std::string_view content);

}  // namespace spanhold::otlp_receiver
