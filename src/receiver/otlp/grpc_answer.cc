#include "src/receiver/otlp/grpc_answer.h"

#include <grpc/byte_buffer.h>
#include <grpc/slice.h>

#include "src/rpc/slice.h"

namespace spanhold::otlp_receiver {

using rpc::CopiedSlice;

GrpcAnswer::GrpcAnswer(std::string_view response, int& cancelled) {
  grpc_slice content = CopiedSlice(response);
  response_.reset(grpc_raw_byte_buffer_create(&content, 1));
  grpc_slice_unref(content);
  Add(GRPC_OP_SEND_INITIAL_METADATA);
  Add(GRPC_OP_SEND_MESSAGE).data.send_message.send_message = response_.get();
  Add(GRPC_OP_SEND_STATUS_FROM_SERVER).data.send_status_from_server.status = GRPC_STATUS_OK;
  Add(GRPC_OP_RECV_CLOSE_ON_SERVER).data.recv_close_on_server.cancelled = &cancelled;
}

GrpcAnswer::GrpcAnswer(const GrpcReply& failure, int& cancelled)
    : message_(CopiedSlice(failure.message)) {
  if (!failure.retry_info.empty()) {
    trailers_[0] = {grpc_slice_from_static_string("grpc-status-details-bin"),
                    CopiedSlice(failure.status_details),
                    {}};
    trailers_[1] = {grpc_slice_from_static_string("google.rpc.retryinfo-bin"),
                    CopiedSlice(failure.retry_info),
                    {}};
    trailer_count_ = trailers_.size();
  }
  Add(GRPC_OP_SEND_INITIAL_METADATA);
  Add(GRPC_OP_SEND_STATUS_FROM_SERVER).data.send_status_from_server = {
      trailer_count_, trailers_.data(), static_cast<grpc_status_code>(failure.code), &message_};
  Add(GRPC_OP_RECV_CLOSE_ON_SERVER).data.recv_close_on_server.cancelled = &cancelled;
}

GrpcAnswer::~GrpcAnswer() {
  grpc_slice_unref(message_);
  for (size_t i = 0; i < trailer_count_; ++i) {
    grpc_slice_unref(trailers_[i].value);
  }
}

grpc_op& GrpcAnswer::Add(grpc_op_type type) {
  grpc_op& operation = operations_[count_++];
  operation.op = type;
  return operation;
}

}  // namespace spanhold::otlp_receiver
