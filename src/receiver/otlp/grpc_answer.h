#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <absl/types/span.h>
#include <grpc/grpc.h>

#include "src/receiver/otlp/grpc_message.h"
#include "src/receiver/otlp/grpc_reply.h"

namespace spanhold::otlp_receiver {

// The operations that answer a call and end it, with what they point to until they are begun.
// `cancelled` is set when they complete: the client had left.
//
// Threading: thread-compatible.
class GrpcAnswer {
 public:
  // `response` is sent also where it is empty: .NET's SDK takes trailers alone for a failure.
  GrpcAnswer(std::string_view response, int& cancelled);
  GrpcAnswer(const GrpcReply& failure, int& cancelled);
  ~GrpcAnswer();
  GrpcAnswer(const GrpcAnswer&) = delete;
  GrpcAnswer& operator=(const GrpcAnswer&) = delete;

  absl::Span<const grpc_op> operations() const { return {operations_.data(), count_}; }

 private:
  grpc_op& Add(grpc_op_type type);

  std::array<grpc_op, 4> operations_{};
  size_t count_ = 0;
  MessagePtr response_;
  grpc_slice message_ = grpc_empty_slice();
  std::array<grpc_metadata, 2> trailers_{};
  size_t trailer_count_ = 0;
};

}  // namespace spanhold::otlp_receiver
