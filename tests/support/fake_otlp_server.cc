#include "tests/support/fake_otlp_server.h"

#include <string_view>
#include <thread>
#include <utility>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>

#include "src/compress/compress.h"
#include "src/core/check.h"
#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/mutex.h"

namespace spanhold {
namespace {

std::string ToString(const grpc_slice& slice) {
  return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
}

grpc_slice ToSlice(std::string_view text) {
  return grpc_slice_from_copied_buffer(text.data(), text.size());
}

std::string ToString(grpc_byte_buffer* buffer) {
  std::string content;
  grpc_byte_buffer_reader reader;
  SPANHOLD_CHECK(grpc_byte_buffer_reader_init(&reader, buffer) != 0);
  grpc_slice slice;
  while (grpc_byte_buffer_reader_next(&reader, &slice) != 0) {
    content += ToString(slice);
    grpc_slice_unref(slice);
  }
  grpc_byte_buffer_reader_destroy(&reader);
  return content;
}

std::string Gunzip(const std::string& compressed) {
  MemoryBudget budget(uint64_t{1} << 30U);
  const auto bytes =
      compress::Decompress(compress::Encoding::kGzip, compressed, budget.limit(), budget);
  SPANHOLD_CHECK(bytes.ok());
  return std::string(bytes->view());
}

grpc_server_credentials* MakeCredentials(const FakeOtlpServer::Options& options) {
  if (options.certificate_pem.empty()) {
    return grpc_insecure_server_credentials_create();
  }
  grpc_ssl_pem_key_cert_pair pair{options.key_pem.c_str(), options.certificate_pem.c_str()};
  const bool mutual = !options.client_authorities_pem.empty();
  return grpc_ssl_server_credentials_create_ex(
      mutual ? options.client_authorities_pem.c_str() : nullptr, &pair, 1,
      mutual ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
             : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE,
      nullptr);
}

}  // namespace

struct FakeOtlpServer::Impl {
  // One call: accepted, then read, then answered.
  struct Call {
    Call() {
      grpc_call_details_init(&details);
      grpc_metadata_array_init(&metadata);
    }
    ~Call() {
      grpc_call_details_destroy(&details);
      grpc_metadata_array_destroy(&metadata);
      if (call != nullptr) {
        grpc_call_unref(call);
      }
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    enum class State { kAccepting, kReading, kAnswering } state = State::kAccepting;
    grpc_call* call = nullptr;
    grpc_call_details details;
    grpc_metadata_array metadata;
    grpc_byte_buffer* message = nullptr;
    int cancelled = 0;
  };

  explicit Impl(const Options& options) {
    grpc_init();
    grpc_arg raw{};
    raw.type = GRPC_ARG_INTEGER;
    raw.key = const_cast<char*>(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION);
    grpc_arg alone{};
    alone.type = GRPC_ARG_INTEGER;
    alone.key = const_cast<char*>(GRPC_ARG_ALLOW_REUSEPORT);
    grpc_arg arguments[] = {raw, alone};
    const grpc_channel_args list{2, arguments};
    server = grpc_server_create(&list, nullptr);
    queue = grpc_completion_queue_create_for_next(nullptr);
    grpc_server_register_completion_queue(server, queue, nullptr);
    grpc_server_credentials* const credentials = MakeCredentials(options);
    port = grpc_server_add_http2_port(server, options.address.c_str(), credentials);
    grpc_server_credentials_release(credentials);
    SPANHOLD_CHECK(port > 0);
    grpc_server_start(server);
    Accept();
    thread = std::thread([this] { Run(); });
  }

  void Accept() {
    auto* const call = new Call;
    SPANHOLD_CHECK(grpc_server_request_call(server, &call->call, &call->details, &call->metadata,
                                            queue, queue, call) == GRPC_CALL_OK);
  }

  void Run() {
    for (;;) {
      const grpc_event event =
          grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), nullptr);
      if (event.type == GRPC_QUEUE_SHUTDOWN) {
        return;
      }
      if (event.tag == this) {  // the server has shut down
        grpc_completion_queue_shutdown(queue);
        continue;
      }
      std::unique_ptr<Call> call(static_cast<Call*>(event.tag));
      if (event.success != 0) {
        Continue(std::move(call));
      }
    }
  }

  void Continue(std::unique_ptr<Call> call) {
    switch (call->state) {
      case Call::State::kAccepting:
        Accept();
        call->state = Call::State::kReading;
        Start(std::move(call), ReadOperations);
        break;
      case Call::State::kReading:
        call->state = Call::State::kAnswering;
        Reply(std::move(call));
        break;
      case Call::State::kAnswering:
        break;
    }
  }

  static std::vector<grpc_op> ReadOperations(Call& call) {
    grpc_op read{};
    read.op = GRPC_OP_RECV_MESSAGE;
    read.data.recv_message.recv_message = &call.message;
    return {read};
  }

  template <typename MakeOperations>
  void Start(std::unique_ptr<Call> call, MakeOperations&& make) {
    const std::vector<grpc_op> operations = make(*call);
    SPANHOLD_CHECK(grpc_call_start_batch(call->call, operations.data(), operations.size(),
                                         call.get(), nullptr) == GRPC_CALL_OK);
    call.release();  // until the queue hands it out again
  }

  void Reply(std::unique_ptr<Call> call) {
    if (call->message == nullptr) {
      return;  // the client has gone away
    }
    const Answer answer = Record(*call);
    if (answer.never) {
      const MutexLock lock(mutex);
      unanswered.push_back(std::move(call));
      return;
    }
    grpc_slice body = ToSlice(answer.body);
    grpc_byte_buffer* const response = grpc_raw_byte_buffer_create(&body, 1);
    grpc_slice message = ToSlice(answer.message);
    std::vector<grpc_metadata> trailers;
    for (const auto& [name, value] : answer.trailers) {
      grpc_metadata& trailer = trailers.emplace_back();
      trailer.key = ToSlice(name);
      trailer.value = ToSlice(value);
    }
    Start(std::move(call), [&](Call& each) {
      grpc_op initial{};
      initial.op = GRPC_OP_SEND_INITIAL_METADATA;
      grpc_op send{};
      send.op = GRPC_OP_SEND_MESSAGE;
      send.data.send_message.send_message = response;
      grpc_op status{};
      status.op = GRPC_OP_SEND_STATUS_FROM_SERVER;
      status.data.send_status_from_server.status = static_cast<grpc_status_code>(answer.code);
      status.data.send_status_from_server.status_details = &message;
      status.data.send_status_from_server.trailing_metadata = trailers.data();
      status.data.send_status_from_server.trailing_metadata_count = trailers.size();
      grpc_op close{};
      close.op = GRPC_OP_RECV_CLOSE_ON_SERVER;
      close.data.recv_close_on_server.cancelled = &each.cancelled;
      return answer.code == 0 ? std::vector<grpc_op>{initial, send, status, close}
                              : std::vector<grpc_op>{initial, status, close};
    });
    grpc_byte_buffer_destroy(response);
    grpc_slice_unref(body);
    grpc_slice_unref(message);
    for (const grpc_metadata& trailer : trailers) {
      grpc_slice_unref(trailer.key);
      grpc_slice_unref(trailer.value);
    }
  }

  Answer Record(Call& call) {
    Request request;
    request.method = ToString(call.details.method);
    request.gzip = call.message->data.raw.compression == GRPC_COMPRESS_GZIP;
    request.message = ToString(call.message);
    if (request.gzip) {
      request.message = Gunzip(request.message);
    }
    for (size_t i = 0; i < call.metadata.count; ++i) {
      request.metadata.emplace(ToString(call.metadata.metadata[i].key),
                               ToString(call.metadata.metadata[i].value));
    }
    grpc_byte_buffer_destroy(std::exchange(call.message, nullptr));
    const MutexLock lock(mutex);
    received.push_back(std::move(request));
    arrived.NotifyAll();
    if (script.empty()) {
      return {};
    }
    Answer answer = std::move(script.front());
    script.pop_front();
    return answer;
  }

  void Stop() {
    if (std::exchange(stopped, true)) {
      return;
    }
    grpc_server_shutdown_and_notify(server, queue, this);
    grpc_server_cancel_all_calls(server);
    thread.join();
    {
      const MutexLock lock(mutex);
      unanswered.clear();
    }
    grpc_server_destroy(server);
    grpc_completion_queue_destroy(queue);
    grpc_shutdown();
  }

  grpc_server* server = nullptr;
  grpc_completion_queue* queue = nullptr;
  int port = 0;
  std::thread thread;
  bool stopped = false;

  mutable Mutex mutex;
  mutable CondVar arrived;
  std::deque<Answer> script SPANHOLD_GUARDED_BY(mutex);
  std::vector<Request> received SPANHOLD_GUARDED_BY(mutex);
  std::vector<std::unique_ptr<Call>> unanswered SPANHOLD_GUARDED_BY(mutex);
};

FakeOtlpServer::FakeOtlpServer() : FakeOtlpServer(Options()) {}

FakeOtlpServer::FakeOtlpServer(Options options) : impl_(std::make_unique<Impl>(options)) {}

FakeOtlpServer::~FakeOtlpServer() {
  Stop();
}

int FakeOtlpServer::port() const {
  return impl_->port;
}

std::string FakeOtlpServer::endpoint() const {
  return "127.0.0.1:" + std::to_string(port());
}

void FakeOtlpServer::Script(std::deque<Answer> answers) {
  const MutexLock lock(impl_->mutex);
  impl_->script = std::move(answers);
}

std::vector<FakeOtlpServer::Request> FakeOtlpServer::requests() const {
  const MutexLock lock(impl_->mutex);
  return impl_->received;
}

bool FakeOtlpServer::WaitForRequests(size_t count) const {
  const Deadline deadline = SystemClock().Now() + std::chrono::seconds(30);
  const MutexLock lock(impl_->mutex);
  while (impl_->received.size() < count) {
    if (SystemClock().Now() >= deadline) {
      return false;
    }
    impl_->arrived.WaitUntil(impl_->mutex, deadline);
  }
  return true;
}

void FakeOtlpServer::Stop() {
  impl_->Stop();
}

}  // namespace spanhold
