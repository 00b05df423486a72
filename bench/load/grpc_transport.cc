#include <utility>
#include <vector>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>

#include "bench/load/transport.h"
#include "src/core/check.h"
#include "src/exporter/otlp_grpc/result.h"
#include "src/exporter/sending/grpc_status.h"

// gRPC's C API: a client call costs a third less than through C++, and it takes messages that are
// compressed already.

namespace spanhold::bench {
namespace {

constexpr char kExport[] = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
constexpr Duration kLongestAnswer = std::chrono::minutes(1);

gpr_timespec Monotonic(TimePoint time) {
  return gpr_time_from_nanos(time.time_since_epoch().count(), GPR_CLOCK_MONOTONIC);
}

std::string_view View(const grpc_slice& slice) {
  return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
}

std::string_view Find(const grpc_metadata_array& metadata, std::string_view key) {
  for (size_t i = 0; i < metadata.count; ++i) {
    if (View(metadata.metadata[i].key) == key) {
      return View(metadata.metadata[i].value);
    }
  }
  return {};
}

// The request under way on one lane.
class Call {
 public:
  Call(grpc_channel* channel, grpc_completion_queue* queue, Deadline deadline)
      : call_(grpc_channel_create_call(channel, nullptr, GRPC_PROPAGATE_DEFAULTS, queue,
                                       grpc_slice_from_static_string(kExport), nullptr,
                                       Monotonic(deadline), nullptr)) {
    grpc_metadata_array_init(&initial_metadata_);
    grpc_metadata_array_init(&trailers_);
  }
  ~Call() {
    grpc_metadata_array_destroy(&initial_metadata_);
    grpc_metadata_array_destroy(&trailers_);
    grpc_slice_unref(status_message_);
    grpc_byte_buffer_destroy(response_);
    grpc_call_unref(call_);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  void Start(std::string_view body, bool gzip, void* tag);
  void Cancel() { grpc_call_cancel(call_, nullptr); }
  StatusOr<std::string> Response() const;

 private:
  grpc_call* const call_;
  grpc_metadata_array initial_metadata_{};
  grpc_metadata_array trailers_{};
  grpc_byte_buffer* response_ = nullptr;
  grpc_status_code status_ = GRPC_STATUS_UNKNOWN;
  grpc_slice status_message_ = grpc_empty_slice();
};

void Call::Start(std::string_view body, bool gzip, void* tag) {
  grpc_slice slice = grpc_slice_from_static_buffer(body.data(), body.size());
  grpc_byte_buffer* const message =
      gzip ? grpc_raw_compressed_byte_buffer_create(&slice, 1, GRPC_COMPRESS_GZIP)
           : grpc_raw_byte_buffer_create(&slice, 1);
  // How gRPC is told of the encoding of a message that it does not compress itself.
  grpc_metadata encoding{};
  encoding.key = grpc_slice_from_static_string("grpc-internal-encoding-request");
  encoding.value = grpc_slice_from_static_string("gzip");
  grpc_op operations[6] = {};
  operations[0].op = GRPC_OP_SEND_INITIAL_METADATA;
  operations[0].data.send_initial_metadata.count = gzip ? 1 : 0;
  operations[0].data.send_initial_metadata.metadata = &encoding;
  operations[1].op = GRPC_OP_SEND_MESSAGE;
  operations[1].data.send_message.send_message = message;
  operations[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
  operations[3].op = GRPC_OP_RECV_INITIAL_METADATA;
  operations[3].data.recv_initial_metadata.recv_initial_metadata = &initial_metadata_;
  operations[4].op = GRPC_OP_RECV_MESSAGE;
  operations[4].data.recv_message.recv_message = &response_;
  operations[5].op = GRPC_OP_RECV_STATUS_ON_CLIENT;
  operations[5].data.recv_status_on_client.trailing_metadata = &trailers_;
  operations[5].data.recv_status_on_client.status = &status_;
  operations[5].data.recv_status_on_client.status_details = &status_message_;
  SPANHOLD_CHECK(grpc_call_start_batch(call_, operations, 6, tag, nullptr) == GRPC_CALL_OK);
  grpc_byte_buffer_destroy(message);
}

StatusOr<std::string> Call::Response() const {
  if (status_ != GRPC_STATUS_OK) {
    return sending::FromGrpc({status_, View(status_message_),
                              Find(trailers_, "grpc-status-details-bin"),
                              Find(trailers_, "google.rpc.retryinfo-bin")});
  }
  std::string message;
  grpc_byte_buffer_reader reader;
  if (response_ != nullptr && grpc_byte_buffer_reader_init(&reader, response_) != 0) {
    const grpc_slice slice = grpc_byte_buffer_reader_readall(&reader);
    message = View(slice);
    grpc_slice_unref(slice);
    grpc_byte_buffer_reader_destroy(&reader);
  }
  return message;
}

grpc_channel* MakeChannel(const config::Endpoint& target, int connection) {
  const auto integer = [](const char* key, int value) {
    grpc_arg argument{};
    argument.type = GRPC_ARG_INTEGER;
    argument.key = const_cast<char*>(key);
    argument.value.integer = value;
    return argument;
  };
  std::vector<grpc_arg> arguments = {
      integer("bench.connection", connection),  // channels with equal arguments share a connection
      integer(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100),
      integer(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100),
      integer(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200),
      integer(GRPC_ARG_ENABLE_RETRIES, 0),  // retries are counted, so they are made by the sender
  };
  const grpc_channel_args all{arguments.size(), arguments.data()};
  grpc_channel_credentials* const insecure = grpc_insecure_credentials_create();
  grpc_channel* const channel = grpc_channel_create(target.Authority().c_str(), insecure, &all);
  grpc_channel_credentials_release(insecure);
  return channel;
}

class GrpcTransport final : public Transport {
 public:
  GrpcTransport(const TransportOptions& options, const Clock& clock)
      : clock_(clock), gzip_(options.encoding == compress::Encoding::kGzip), calls_(options.lanes) {
    grpc_init();
    queue_ = grpc_completion_queue_create_for_next(nullptr);
    for (size_t i = 0; i < options.connections; ++i) {
      channels_.push_back(MakeChannel(options.target, static_cast<int>(i)));
    }
  }

  ~GrpcTransport() override {
    for (const std::unique_ptr<Call>& call : calls_) {
      if (call) {
        call->Cancel();
      }
    }
    grpc_completion_queue_shutdown(queue_);
    const gpr_timespec endless = gpr_inf_future(GPR_CLOCK_MONOTONIC);
    while (grpc_completion_queue_next(queue_, endless, nullptr).type != GRPC_QUEUE_SHUTDOWN) {
    }
    calls_.clear();
    for (grpc_channel* const channel : channels_) {
      grpc_channel_destroy(channel);
    }
    grpc_completion_queue_destroy(queue_);
    grpc_shutdown_blocking();  // nothing looks at a body any more
  }

  void Send(size_t lane, std::string_view body) override {
    calls_[lane] = std::make_unique<Call>(channels_[lane % channels_.size()], queue_,
                                          clock_.Now() + kLongestAnswer);
    calls_[lane]->Start(body, gzip_, reinterpret_cast<void*>(lane));
  }

  // gRPC wakes up to a millisecond late, so the last one is spent asking.
  std::optional<Answer> Next(TimePoint deadline) override {
    std::optional<Answer> answer = Wait(Monotonic(deadline - std::chrono::milliseconds(1)));
    while (!answer && clock_.Now() < deadline) {
      answer = Wait(gpr_inf_past(GPR_CLOCK_MONOTONIC));
    }
    return answer;
  }

 private:
  std::optional<Answer> Wait(gpr_timespec until) {
    const grpc_event event = grpc_completion_queue_next(queue_, until, nullptr);
    if (event.type != GRPC_OP_COMPLETE) {
      return std::nullopt;
    }
    const auto lane = reinterpret_cast<size_t>(event.tag);
    const std::unique_ptr<Call> call = std::move(calls_[lane]);
    const StatusOr<std::string> response = call->Response();
    // What gRPC itself says of a broken connection has the code of a server that is busy, but not
    // the delay that such a server names.
    const bool broken = absl::IsUnavailable(response.status()) && !RetryAfter(response.status());
    return Answer{lane, otlp_grpc::ResultOf(response),
                  !broken && !absl::IsDeadlineExceeded(response.status())};
  }

  const Clock& clock_;
  const bool gzip_;
  grpc_completion_queue* queue_ = nullptr;
  std::vector<grpc_channel*> channels_;
  std::vector<std::unique_ptr<Call>> calls_;  // by lane
};

}  // namespace

std::unique_ptr<Transport> MakeGrpcTransport(const TransportOptions& options, const Clock& clock) {
  return std::make_unique<GrpcTransport>(options, clock);
}

}  // namespace spanhold::bench
