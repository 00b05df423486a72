#pragma once

#include <string_view>

#include <grpc/slice.h>

namespace spanhold::rpc {

// The bytes of `slice`, which must live on: a short slice holds them itself.
std::string_view View(const grpc_slice& slice);

// To be freed by grpc_slice_unref().
grpc_slice CopiedSlice(std::string_view text);

}  // namespace spanhold::rpc
