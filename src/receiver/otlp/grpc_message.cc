#include "src/receiver/otlp/grpc_message.h"

#include <cstring>
#include <utility>

#include <grpc/slice_buffer.h>

#include "src/rpc/slice.h"

namespace spanhold::otlp_receiver {

Bytes CopyOf(grpc_byte_buffer& message, Reservation reservation, FreedMemory& freed) {
  Bytes bytes = Bytes::Allocate(std::move(reservation));
  const bool is_large = bytes.size() > kSmallRequest;
  grpc_slice_buffer& slices = message.data.raw.slice_buffer;
  char* out = bytes.data();
  while (slices.count > 0) {
    const grpc_slice slice = grpc_slice_buffer_take_first(&slices);
    const std::string_view part = rpc::View(slice);
    std::memcpy(out, part.data(), part.size());
    out += part.size();
    grpc_slice_unref(slice);
    if (is_large) {
      freed.Add(part.size());
    }
  }
  return bytes;
}

// gRPC knows gzip and deflate; zstd, which some clients send all the same, is told by its magic
// number (RFC 8878 section 3.1.1), which no request begins with.
compress::Encoding EncodingOf(const grpc_byte_buffer& message, std::string_view content) {
  switch (message.data.raw.compression) {
    case GRPC_COMPRESS_GZIP:
      return compress::Encoding::kGzip;
    case GRPC_COMPRESS_DEFLATE:
      return compress::Encoding::kZlib;
    default:
      return content.starts_with("\x28\xb5\x2f\xfd") ? compress::Encoding::kZstd
                                                     : compress::Encoding::kIdentity;
  }
}

}  // namespace spanhold::otlp_receiver
