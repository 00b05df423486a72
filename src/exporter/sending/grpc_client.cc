#include "src/exporter/sending/grpc_client.h"

#include <list>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/slice.h>

#include "src/compress/compress.h"
#include "src/core/check.h"
#include "src/core/log.h"
#include "src/core/mutex.h"
#include "src/exporter/sending/grpc_channel.h"
#include "src/exporter/sending/grpc_message.h"
#include "src/exporter/sending/grpc_status.h"
#include "src/rpc/slice.h"

namespace spanhold::sending {
namespace {

using rpc::CopiedSlice;
using rpc::View;

// For gRPC to close its connections; it takes microseconds.
constexpr Duration kLongestGoodbye = std::chrono::seconds(5);

gpr_timespec ToGpr(Deadline deadline) {
  const auto since_boot = deadline.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
  return {seconds.count(), static_cast<int32_t>((since_boot - seconds).count()),
          GPR_CLOCK_MONOTONIC};
}

std::string TakeMessage(grpc_byte_buffer* buffer) {
  std::string message;
  if (buffer == nullptr) {
    return message;  // trailers without a message: some servers answer an empty one so
  }
  grpc_byte_buffer_reader reader;
  if (grpc_byte_buffer_reader_init(&reader, buffer) != 0) {
    grpc_slice slice;
    while (grpc_byte_buffer_reader_next(&reader, &slice) != 0) {
      message += View(slice);
      grpc_slice_unref(slice);
    }
    grpc_byte_buffer_reader_destroy(&reader);
  }
  grpc_byte_buffer_destroy(buffer);
  return message;
}

std::string_view FindMetadata(const grpc_metadata_array& metadata, std::string_view key) {
  for (size_t i = 0; i < metadata.count; ++i) {
    if (View(metadata.metadata[i].key) == key) {
      return View(metadata.metadata[i].value);
    }
  }
  return {};
}

}  // namespace

struct GrpcClient::Impl {
  class OpenCall;
  using Calls = std::list<std::unique_ptr<OpenCall>>;

  Impl(GrpcClientConfig c, rpc::GrpcLoop& l, MemoryBudget& b)
      : config(std::move(c)), queue(l.queue()), budget(b) {}

  Status CopyHeaders();
  void FreeHeaders();

  // Takes the call over and opens it; false when the client is shut down or was never started.
  bool Add(std::unique_ptr<OpenCall>& call, const char* method, Deadline deadline);
  void Remove(OpenCall& call);

  // Constant after construction, and after Start().
  const GrpcClientConfig config;
  grpc_completion_queue* const queue;
  MemoryBudget& budget;
  std::vector<grpc_metadata> headers;
  GrpcMessages messages;

  Mutex mutex;
  CondVar none_open;
  grpc_channel* channel SPANHOLD_GUARDED_BY(mutex) = nullptr;
  Calls calls SPANHOLD_GUARDED_BY(mutex);
  bool closed SPANHOLD_GUARDED_BY(mutex) = false;
};

// A call under way. Freed when it has completed.
class GrpcClient::Impl::OpenCall final : public rpc::Completion {
 public:
  OpenCall(Impl& client, Rope message, Done done)
      : client_(client), message_(std::move(message)), done_(std::move(done)) {
    grpc_metadata_array_init(&initial_metadata_);
    grpc_metadata_array_init(&trailers_);
  }
  OpenCall(const OpenCall&) = delete;
  OpenCall& operator=(const OpenCall&) = delete;
  ~OpenCall() override {
    grpc_metadata_array_destroy(&initial_metadata_);
    grpc_metadata_array_destroy(&trailers_);
    grpc_slice_unref(status_message_);
    if (call_ != nullptr) {
      grpc_call_unref(call_);
    }
  }

  void set_call(grpc_call* call) { call_ = call; }
  void Start();
  // Instead of Start().
  void Fail(const Status& status) { done_(status); }
  void Cancel() { grpc_call_cancel(call_, nullptr); }
  void Complete(bool ok) override;

  void set_place(Calls::iterator place) { place_ = place; }
  Calls::iterator place() const { return place_; }

 private:
  StatusOr<std::string> TakeResult();

  Impl& client_;
  grpc_call* call_ = nullptr;
  Rope message_;  // until the start
  Done done_;
  Calls::iterator place_;

  // What the server answers.
  grpc_metadata_array initial_metadata_{};
  grpc_metadata_array trailers_{};
  grpc_byte_buffer* response_ = nullptr;
  grpc_status_code status_ = GRPC_STATUS_UNKNOWN;
  grpc_slice status_message_ = grpc_empty_slice();
};

// The whole call is one batch, which completes with the server's status.
void GrpcClient::Impl::OpenCall::Start() {
  grpc_byte_buffer* const message =
      client_.messages.Share(std::move(message_), client_.config.gzip());
  grpc_op operations[6] = {};
  operations[0].op = GRPC_OP_SEND_INITIAL_METADATA;
  operations[0].flags = client_.config.wait_for_ready
                            ? GRPC_INITIAL_METADATA_WAIT_FOR_READY |
                                  GRPC_INITIAL_METADATA_WAIT_FOR_READY_EXPLICITLY_SET
                            : 0;
  operations[0].data.send_initial_metadata.count = client_.headers.size();
  operations[0].data.send_initial_metadata.metadata = client_.headers.data();
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
  const grpc_call_error error =
      grpc_call_start_batch(call_, operations, 6, static_cast<rpc::Completion*>(this), nullptr);
  SPANHOLD_CHECK(error == GRPC_CALL_OK);
  grpc_byte_buffer_destroy(message);
}

void GrpcClient::Impl::OpenCall::Complete(bool /*ok*/) {
  done_(TakeResult());
  client_.Remove(*this);
}

StatusOr<std::string> GrpcClient::Impl::OpenCall::TakeResult() {
  std::string response = TakeMessage(std::exchange(response_, nullptr));
  if (status_ == GRPC_STATUS_OK) {
    return response;
  }
  if (status_ == GRPC_STATUS_RESOURCE_EXHAUSTED &&
      View(status_message_).ends_with(absl::StrCat("vs. ", kLargestResponse, ")"))) {
    return absl::InternalError("the response is larger than 4 MiB");
  }
  return FromGrpc({status_, View(status_message_),
                   FindMetadata(trailers_, "grpc-status-details-bin"),
                   FindMetadata(trailers_, "google.rpc.retryinfo-bin")});
}

// Names and values are checked here, so that no call fails because of them.
Status GrpcClient::Impl::CopyHeaders() {
  std::map<std::string, std::string> all;
  for (const auto& [name, value] : config.headers) {
    all[absl::AsciiStrToLower(name)] = value;  // HTTP/2 has no upper case in names
  }
  if (config.gzip()) {
    // How gRPC is told of the encoding of messages that it does not compress itself.
    all["grpc-internal-encoding-request"] = "gzip";
  }
  for (const auto& [name, value] : all) {
    grpc_metadata& header = headers.emplace_back();
    header.key = CopiedSlice(name);
    header.value = CopiedSlice(value);
    const bool binary = grpc_is_binary_header(header.key) != 0;
    if (grpc_header_key_is_legal(header.key) == 0 ||
        (!binary && grpc_header_nonbin_value_is_legal(header.value) == 0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("headers: ", name, ": HTTP/2 allows no such name or value"));
    }
  }
  return absl::OkStatus();
}

void GrpcClient::Impl::FreeHeaders() {
  for (const grpc_metadata& header : headers) {
    grpc_slice_unref(header.key);
    grpc_slice_unref(header.value);
  }
  headers.clear();
}

bool GrpcClient::Impl::Add(std::unique_ptr<OpenCall>& call, const char* method, Deadline deadline) {
  const MutexLock lock(mutex);
  if (closed || channel == nullptr) {
    return false;
  }
  call->set_call(grpc_channel_create_call(channel, nullptr, GRPC_PROPAGATE_DEFAULTS, queue,
                                          grpc_slice_from_static_string(method), nullptr,
                                          ToGpr(deadline), nullptr));
  calls.push_front(std::move(call));
  calls.front()->set_place(calls.begin());
  return true;
}

void GrpcClient::Impl::Remove(OpenCall& call) {
  Calls removed;  // freed without the lock
  const MutexLock lock(mutex);
  removed.splice(removed.begin(), calls, call.place());
  if (calls.empty()) {
    none_open.NotifyAll();
  }
}

GrpcClient::GrpcClient(GrpcClientConfig config, rpc::GrpcLoop& loop, MemoryBudget& budget)
    : impl_(std::make_unique<Impl>(std::move(config), loop, budget)) {}

GrpcClient::~GrpcClient() {
  Shutdown();
}

Status GrpcClient::Start() {
  SPANHOLD_RETURN_IF_ERROR(impl_->CopyHeaders());
  SPANHOLD_ASSIGN_OR_RETURN(grpc_channel* const channel, MakeChannel(impl_->config));
  const MutexLock lock(impl_->mutex);
  impl_->channel = channel;
  return absl::OkStatus();
}

void GrpcClient::Call(const char* method, Rope message, Deadline deadline, Done done) {
  if (impl_->config.gzip()) {
    message = compress::Compress(compress::Encoding::kGzip, message, impl_->budget);
  }
  auto owned = std::make_unique<Impl::OpenCall>(*impl_, std::move(message), std::move(done));
  Impl::OpenCall& call = *owned;
  if (impl_->Add(owned, method, deadline)) {
    call.Start();
  } else {
    call.Fail(absl::CancelledError("the exporter is not running"));
  }
}

void GrpcClient::Shutdown() {
  grpc_channel* channel = nullptr;
  {
    const MutexLock lock(impl_->mutex);
    impl_->closed = true;
    for (const auto& call : impl_->calls) {
      call->Cancel();
    }
    while (!impl_->calls.empty()) {
      impl_->none_open.Wait(impl_->mutex);
    }
    channel = std::exchange(impl_->channel, nullptr);
  }
  if (channel != nullptr) {
    grpc_channel_destroy(channel);
  }
  impl_->messages.AwaitNone(SystemClock().Now() + kLongestGoodbye);
  impl_->FreeHeaders();
}

}  // namespace spanhold::sending
