#include "tests/support/grpc_test_client.h"

#include <utility>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>

#include "src/core/check.h"

namespace spanhold {
namespace {

std::string ToString(const grpc_slice& slice) {
  return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
}

grpc_compression_algorithm Algorithm(GrpcTestClient::Compression compression) {
  switch (compression) {
    case GrpcTestClient::Compression::kGzip:
      return GRPC_COMPRESS_GZIP;
    case GrpcTestClient::Compression::kDeflate:
      return GRPC_COMPRESS_DEFLATE;
    default:
      return GRPC_COMPRESS_NONE;
  }
}

const char* EncodingName(GrpcTestClient::Compression compression) {
  switch (compression) {
    case GrpcTestClient::Compression::kGzip:
      return "gzip";
    case GrpcTestClient::Compression::kDeflate:
      return "deflate";
    default:
      return "identity";
  }
}

}  // namespace

struct GrpcTestClient::Impl {
  grpc_channel* channel = nullptr;
};

// Each call has a completion queue of its own, so that any one can be waited for.
struct GrpcTestClient::Pending::Impl {
  Impl() {
    grpc_metadata_array_init(&initial);
    grpc_metadata_array_init(&trailers);
  }
  ~Impl() {
    if (call == nullptr) {
      return;
    }
    grpc_call_cancel(call, nullptr);
    grpc_completion_queue_shutdown(queue);
    while (grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), nullptr).type !=
           GRPC_QUEUE_SHUTDOWN) {
    }
    grpc_metadata_array_destroy(&initial);
    grpc_metadata_array_destroy(&trailers);
    if (response != nullptr) {
      grpc_byte_buffer_destroy(response);
    }
    grpc_slice_unref(details);
    grpc_call_unref(call);
    grpc_completion_queue_destroy(queue);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  grpc_completion_queue* queue = nullptr;
  grpc_call* call = nullptr;
  grpc_metadata_array initial{};
  grpc_metadata_array trailers{};
  grpc_byte_buffer* response = nullptr;
  grpc_status_code status = GRPC_STATUS_UNKNOWN;
  grpc_slice details = grpc_empty_slice();
};

GrpcTestClient::Pending::Pending(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GrpcTestClient::Pending::Pending(Pending&&) noexcept = default;
GrpcTestClient::Pending::~Pending() = default;

void GrpcTestClient::Pending::Cancel() {
  grpc_call_cancel(impl_->call, nullptr);
}

GrpcTestClient::Answer GrpcTestClient::Pending::Wait() {
  const grpc_event event =
      grpc_completion_queue_next(impl_->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), nullptr);
  SPANHOLD_CHECK(event.type == GRPC_OP_COMPLETE);
  Answer answer;
  answer.code = impl_->status;
  answer.error = ToString(impl_->details);
  for (size_t i = 0; i < impl_->trailers.count; ++i) {
    answer.trailers[ToString(impl_->trailers.metadata[i].key)] =
        ToString(impl_->trailers.metadata[i].value);
  }
  answer.has_message = impl_->response != nullptr;
  if (answer.has_message) {
    grpc_byte_buffer_reader reader;
    SPANHOLD_CHECK(grpc_byte_buffer_reader_init(&reader, impl_->response) != 0);
    grpc_slice slice = grpc_byte_buffer_reader_readall(&reader);
    answer.message = ToString(slice);
    grpc_slice_unref(slice);
    grpc_byte_buffer_reader_destroy(&reader);
  }
  return answer;
}

GrpcTestClient::GrpcTestClient(const std::string& target) : impl_(std::make_unique<Impl>()) {
  grpc_init();
  grpc_arg own{};
  own.type = GRPC_ARG_INTEGER;
  own.key = const_cast<char*>(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL);
  own.value.integer = 1;
  const grpc_channel_args arguments{1, &own};
  grpc_channel_credentials* const credentials = grpc_insecure_credentials_create();
  impl_->channel = grpc_channel_create(target.c_str(), credentials, &arguments);
  grpc_channel_credentials_release(credentials);
}

GrpcTestClient::~GrpcTestClient() {
  grpc_channel_destroy(impl_->channel);
  grpc_shutdown();
}

GrpcTestClient::Pending GrpcTestClient::Send(const std::string& method, const std::string& message,
                                             const Options& options) {
  auto pending = std::make_unique<Pending::Impl>();
  pending->queue = grpc_completion_queue_create_for_next(nullptr);
  const grpc_slice path = grpc_slice_from_copied_string(method.c_str());
  const gpr_timespec deadline = gpr_time_add(
      gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_nanos(options.timeout.count(), GPR_TIMESPAN));
  pending->call = grpc_channel_create_call(impl_->channel, nullptr, GRPC_PROPAGATE_DEFAULTS,
                                           pending->queue, path, nullptr, deadline, nullptr);
  grpc_slice_unref(path);
  grpc_slice content = grpc_slice_from_copied_buffer(message.data(), message.size());
  grpc_byte_buffer* const buffer =
      options.compression == Compression::kNone
          ? grpc_raw_byte_buffer_create(&content, 1)
          : grpc_raw_compressed_byte_buffer_create(&content, 1, Algorithm(options.compression));
  grpc_metadata encoding{grpc_slice_from_static_string("grpc-internal-encoding-request"),
                         grpc_slice_from_static_string(EncodingName(options.compression)),
                         {}};
  grpc_op operations[6] = {};
  operations[0].op = GRPC_OP_SEND_INITIAL_METADATA;
  operations[0].data.send_initial_metadata.count = 1;
  operations[0].data.send_initial_metadata.metadata = &encoding;
  operations[1].op = GRPC_OP_SEND_MESSAGE;
  operations[1].data.send_message.send_message = buffer;
  operations[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
  operations[3].op = GRPC_OP_RECV_INITIAL_METADATA;
  operations[3].data.recv_initial_metadata.recv_initial_metadata = &pending->initial;
  operations[4].op = GRPC_OP_RECV_MESSAGE;
  operations[4].data.recv_message.recv_message = &pending->response;
  operations[5].op = GRPC_OP_RECV_STATUS_ON_CLIENT;
  operations[5].data.recv_status_on_client.trailing_metadata = &pending->trailers;
  operations[5].data.recv_status_on_client.status = &pending->status;
  operations[5].data.recv_status_on_client.status_details = &pending->details;
  SPANHOLD_CHECK(grpc_call_start_batch(pending->call, operations, 6, pending.get(), nullptr) ==
                 GRPC_CALL_OK);
  grpc_byte_buffer_destroy(buffer);
  grpc_slice_unref(content);
  return Pending(std::move(pending));
}

}  // namespace spanhold
