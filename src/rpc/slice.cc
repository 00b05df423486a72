#include "src/rpc/slice.h"

namespace spanhold::rpc {

std::string_view View(const grpc_slice& slice) {
  return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
}

grpc_slice CopiedSlice(std::string_view text) {
  return grpc_slice_from_copied_buffer(text.data(), text.size());
}

}  // namespace spanhold::rpc
