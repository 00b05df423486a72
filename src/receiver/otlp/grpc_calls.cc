#include "src/receiver/otlp/grpc_calls.h"

#include <cstring>
#include <list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>

#include "src/core/check.h"
#include "src/core/log.h"
#include "src/core/mutex.h"
#include "src/receiver/otlp/grpc_reply.h"
#include "src/receiver/otlp/grpc_route.h"
#include "src/receiver/otlp/ingest.h"
#include "src/receiver/otlp/retry_delay.h"

namespace spanhold::otlp_receiver {
namespace {

std::string_view View(const grpc_slice& slice) {
  return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
}

grpc_slice Copied(std::string_view text) {
  return grpc_slice_from_copied_buffer(text.data(), text.size());
}

struct FreeBuffer {
  void operator()(grpc_byte_buffer* buffer) const { grpc_byte_buffer_destroy(buffer); }
};
using BufferPtr = std::unique_ptr<grpc_byte_buffer, FreeBuffer>;

// One copy: a message comes in slices of at most 16 KiB, HTTP/2's frames, each of which keeps a
// larger read buffer of gRPC's alive.
Bytes CopyOf(const grpc_byte_buffer& message, Reservation reservation) {
  Bytes bytes = Bytes::Allocate(std::move(reservation));
  const grpc_slice_buffer& slices = message.data.raw.slice_buffer;
  char* out = bytes.data();
  for (size_t i = 0; i < slices.count; ++i) {
    const std::string_view part = View(slices.slices[i]);
    std::memcpy(out, part.data(), part.size());
    out += part.size();
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

struct Signal {
  std::string_view name;
  std::string_view setting;  // stops the sender
};

Signal SignalOf(GrpcRoute route) {
  return route == GrpcRoute::kMetrics ? Signal{"metrics", "OTEL_METRICS_EXPORTER=none"}
                                      : Signal{"logs", "OTEL_LOGS_EXPORTER=none"};
}

Counter& UnsupportedCounter(const GrpcCalls::Parts& parts, GrpcRoute route) {
  return parts.telemetry.AddCounter("spanhold_receiver_unsupported_requests",
                                    "Requests with metrics or logs, which are not taken.",
                                    {{"receiver", parts.account.receiver()},
                                     {"transport", parts.account.transport()},
                                     {"signal", std::string(SignalOf(route).name)}});
}

Histogram& DurationHistogram(const GrpcCalls::Parts& parts) {
  return parts.telemetry.AddHistogram(
      "spanhold_receiver_request_duration_seconds", "From the arrival of a request to its answer.",
      {{"receiver", parts.account.receiver()}, {"transport", parts.account.transport()}},
      {0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10});
}

}  // namespace

// What the calls share, also with answers that come when the server is gone.
struct GrpcCalls::Shared {
  Shared(const ReadGate::Limits& limits, const Parts& p)
      : account(p.account),
        clock(p.clock),
        ingest(p.admission, p.account, p.budget, limits.largest_message),
        metrics(UnsupportedCounter(p, GrpcRoute::kMetrics)),
        logs(UnsupportedCounter(p, GrpcRoute::kLogs)),
        duration(DurationHistogram(p)),
        budget(p.budget),
        retry_delay(p.random) {}

  void LogRejected(std::string_view peer, const Status& status) {
    rejected_log.Log(LogLevel::kWarn, account.receiver(), "rejected a request",
                     {{"peer", peer},
                      {"transport", account.transport()},
                      {"status", absl::StatusCodeToString(status.code())},
                      {"error", status}});
  }
  void LogRefused(std::string_view peer, const Status& status) {
    refused_log.Log(LogLevel::kWarn, account.receiver(), "asked a client to send again later",
                    {{"peer", peer}, {"transport", account.transport()}, {"error", status}});
  }

  ReceiverAccount& account;
  const Clock& clock;
  Ingest ingest;
  Counter& metrics;
  Counter& logs;
  Histogram& duration;
  MemoryBudget& budget;
  const RetryDelay retry_delay;
  LogLimiter rejected_log{clock};
  LogLimiter refused_log{clock};
  LogLimiter metrics_log{clock};
  LogLimiter logs_log{clock};

  // Held while an answer is begun, so that none is begun once `closed`.
  Mutex mutex;
  bool closed SPANHOLD_GUARDED_BY(mutex) = false;
};

// One call. Owned by the loop until it has ended, and by the answer that is still to come.
class GrpcCalls::Call final : public ReadGate::Call, public std::enable_shared_from_this<Call> {
 public:
  // What one of gRPC's operations leads to; the completion queue's tag.
  struct Step {
    Call* call;
    void (Call::*next)(bool ok);

    void Run(bool ok) const { (call->*next)(ok); }
  };

  Call(std::shared_ptr<Shared> shared, Loop& loop);
  ~Call() override;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // False when the queue has been shut down.
  bool Accept(grpc_server* server, grpc_completion_queue* queue);

  void Read() override;
  void Refuse(const Status& status) override;

  // Lets go of gRPC's call, which ends it.
  void Detach();

 private:
  friend class Loop;

  void Accepted(bool ok);
  void Route();
  void MessageRead(bool ok);
  void TakeMessage(BufferPtr message);
  void TakeBody(Bytes body, compress::Encoding encoding);
  void Answer(const Status& status);
  void Unsupported();
  void Reject(const Status& status);
  void Fail(const Status& status);
  void Succeed(std::string_view response);
  void Begin(const std::vector<grpc_op>& operations, const Step& step);
  void Ended(bool ok);
  void LeaveIfDone();

  const std::shared_ptr<Shared> shared_;
  Loop& loop_;  // not in answers: they may come when it is gone
  std::list<std::shared_ptr<Call>>::iterator place_;

  grpc_call* call_ = nullptr;
  grpc_call_details details_;
  grpc_metadata_array metadata_;
  grpc_byte_buffer* message_ = nullptr;
  int cancelled_ = 0;
  const Step accepted_step_{this, &Call::Accepted};
  const Step read_step_{this, &Call::MessageRead};
  const Step ended_step_{this, &Call::Ended};

  std::string peer_;
  TimePoint since_;
  GrpcRoute route_ = GrpcRoute::kUnknown;
  bool reading_ = false;
  bool refused_ = false;
  bool unread_ = false;  // the client has left or has sent no message: Ended() knows which
  bool ended_ = false;
};

// The thread's part: the gate and the calls under way.
class GrpcCalls::Loop {
 public:
  Loop(const ReadGate::Limits& limits, std::shared_ptr<Shared> shared, grpc_server* server,
       grpc_completion_queue* queue)
      : shared_(std::move(shared)),
        server_(server),
        queue_(queue),
        gate_(limits, shared_->budget) {}

  void Run();

  void AcceptNext();
  void Remove(Call& call) { calls_.erase(call.place_); }
  ReadGate& gate() { return gate_; }
  uint64_t largest_message() const { return shared_->ingest.max_request_bytes(); }
  TimePoint Now() const { return shared_->clock.Now(); }

 private:
  grpc_event Next();

  const std::shared_ptr<Shared> shared_;
  grpc_server* const server_;
  grpc_completion_queue* const queue_;
  ReadGate gate_;
  std::list<std::shared_ptr<Call>> calls_;
};

void GrpcCalls::Loop::Run() {
  AcceptNext();
  for (;;) {
    const grpc_event event = Next();
    if (event.type == GRPC_QUEUE_SHUTDOWN) {
      break;
    }
    if (event.type == GRPC_OP_COMPLETE) {
      static_cast<const Call::Step*>(event.tag)->Run(event.success != 0);
    }
    gate_.Tick(Now());
  }
  // These wait for an answer of the admission that comes too late, or could not be given theirs.
  for (const auto& call : calls_) {
    call->Detach();
  }
}

// Waits for an event, or until the gate has something to do.
grpc_event GrpcCalls::Loop::Next() {
  gpr_timespec deadline = gpr_inf_future(GPR_CLOCK_MONOTONIC);
  if (const std::optional<TimePoint> due = gate_.NextDue()) {
    deadline = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                            gpr_time_from_nanos((*due - Now()).count(), GPR_TIMESPAN));
  }
  return grpc_completion_queue_next(queue_, deadline, nullptr);
}

void GrpcCalls::Loop::AcceptNext() {
  const auto call = std::make_shared<Call>(shared_, *this);
  if (call->Accept(server_, queue_)) {
    call->place_ = calls_.insert(calls_.end(), call);
  }
}

GrpcCalls::Call::Call(std::shared_ptr<Shared> shared, Loop& loop)
    : shared_(std::move(shared)), loop_(loop) {
  grpc_call_details_init(&details_);
  grpc_metadata_array_init(&metadata_);
}

GrpcCalls::Call::~Call() {
  grpc_call_details_destroy(&details_);
  grpc_metadata_array_destroy(&metadata_);
  if (call_ != nullptr) {
    grpc_call_unref(call_);
  }
}

bool GrpcCalls::Call::Accept(grpc_server* server, grpc_completion_queue* queue) {
  return grpc_server_request_call(server, &call_, &details_, &metadata_, queue, queue,
                                  const_cast<Step*>(&accepted_step_)) == GRPC_CALL_OK;
}

void GrpcCalls::Call::Accepted(bool ok) {
  if (!ok) {  // the server shuts down
    loop_.gate().Close();
    loop_.Remove(*this);
    return;
  }
  loop_.AcceptNext();
  char* const peer = grpc_call_get_peer(call_);
  peer_ = peer;
  gpr_free(peer);
  since_ = loop_.Now();
  Route();
}

void GrpcCalls::Call::Route() {
  route_ = RouteOf(View(details_.method));
  switch (route_) {
    case GrpcRoute::kTraces:
    case GrpcRoute::kHealth:
      loop_.gate().Enter(*this, peer_, since_);
      return;
    case GrpcRoute::kMetrics:
    case GrpcRoute::kLogs:
      Unsupported();
      return;
    case GrpcRoute::kUnknown:
      Reject(absl::UnimplementedError(
          absl::StrCat("unknown method ", absl::CHexEscape(std::string(View(details_.method))))));
      return;
  }
}

void GrpcCalls::Call::Read() {
  reading_ = true;
  grpc_op read{};
  read.op = GRPC_OP_RECV_MESSAGE;
  read.data.recv_message.recv_message = &message_;
  Begin({read}, read_step_);
}

void GrpcCalls::Call::Refuse(const Status& status) {
  refused_ = true;
  shared_->account.Refused(0);
  shared_->LogRefused(PeerName(peer_), status);
  Fail(status);
}

void GrpcCalls::Call::MessageRead(bool /*ok*/) {
  reading_ = false;
  BufferPtr message(std::exchange(message_, nullptr));
  if (refused_) {
    LeaveIfDone();
  } else if (message == nullptr) {
    // The client has gone away, or has ended the call without a message: then it gets this.
    loop_.gate().Abandon(*this, loop_.Now());
    unread_ = route_ == GrpcRoute::kTraces;
    Fail(absl::InvalidArgumentError("the call has no request message"));
  } else {
    TakeMessage(std::move(message));
  }
}

void GrpcCalls::Call::TakeMessage(BufferPtr message) {
  const uint64_t size = grpc_byte_buffer_length(message.get());
  if (size > loop_.largest_message()) {
    message.reset();
    loop_.gate().Abandon(*this, loop_.Now());
    Reject(absl::ResourceExhaustedError(absl::StrCat("the request of ", size,
                                                     " bytes is larger than the limit of ",
                                                     loop_.largest_message(), " bytes")));
    return;
  }
  std::optional<Reservation> reservation = loop_.gate().Finish(*this, size, loop_.Now());
  if (!reservation) {
    message.reset();
    Refuse(ReadGate::NoMemory());
    return;
  }
  Bytes body = CopyOf(*message, *std::move(reservation));
  const compress::Encoding encoding = EncodingOf(*message, body.view());
  message.reset();
  TakeBody(std::move(body), encoding);
}

void GrpcCalls::Call::TakeBody(Bytes body, compress::Encoding encoding) {
  if (route_ == GrpcRoute::kTraces) {
    Payload payload{std::move(body), encoding};
    shared_->ingest.Handle(std::move(payload),
                           [call = shared_from_this()](const Status& s) { call->Answer(s); });
    return;
  }
  const StatusOr<std::string> health = CheckHealth(body.view());
  if (health.ok()) {
    Succeed(*health);
  } else {
    Fail(health.status());
  }
}

// Any thread, and perhaps without the loop.
void GrpcCalls::Call::Answer(const Status& status) {
  const Duration taken = shared_->clock.Now() - since_;
  shared_->duration.Observe(std::chrono::duration<double>(taken).count());
  if (status.ok()) {
    Succeed("");
    return;
  }
  if (IsRetryable(status)) {
    shared_->LogRefused(PeerName(peer_), status);
  } else {
    shared_->LogRejected(PeerName(peer_), status);
  }
  Fail(status);
}

void GrpcCalls::Call::Unsupported() {
  const bool metrics = route_ == GrpcRoute::kMetrics;
  const Signal signal = SignalOf(route_);
  (metrics ? shared_->metrics : shared_->logs).Add(1);
  (metrics ? shared_->metrics_log : shared_->logs_log)
      .Log(LogLevel::kWarn, shared_->account.receiver(),
           "only traces are taken; the setting stops the sender",
           {{"peer", PeerName(peer_)},
            {"transport", shared_->account.transport()},
            {"signal", signal.name},
            {"setting", signal.setting}});
  Fail(absl::UnimplementedError(
      absl::StrCat("only traces are taken; set ", std::string(signal.setting))));
}

// A final answer to what is not an OTLP request.
void GrpcCalls::Call::Reject(const Status& status) {
  shared_->account.RejectedRequest();
  shared_->LogRejected(PeerName(peer_), status);
  Fail(status);
}

void GrpcCalls::Call::Fail(const Status& status) {
  const GrpcReply reply = ReplyFor(shared_->retry_delay.AddTo(status));
  grpc_slice message = Copied(reply.message);
  std::vector<grpc_metadata> trailers;
  if (!reply.retry_info.empty()) {
    trailers.push_back({grpc_slice_from_static_string("grpc-status-details-bin"),
                        Copied(reply.status_details),
                        {}});
    trailers.push_back(
        {grpc_slice_from_static_string("google.rpc.retryinfo-bin"), Copied(reply.retry_info), {}});
  }
  std::vector<grpc_op> operations(3);
  operations[0].op = GRPC_OP_SEND_INITIAL_METADATA;
  operations[1].op = GRPC_OP_SEND_STATUS_FROM_SERVER;
  operations[1].data.send_status_from_server = {
      trailers.size(), trailers.data(), static_cast<grpc_status_code>(reply.code), &message};
  operations[2].op = GRPC_OP_RECV_CLOSE_ON_SERVER;
  operations[2].data.recv_close_on_server.cancelled = &cancelled_;
  Begin(operations, ended_step_);
  grpc_slice_unref(message);
  for (const grpc_metadata& trailer : trailers) {
    grpc_slice_unref(trailer.value);
  }
}

// The message is sent also where it is empty: .NET's SDK takes trailers alone for a failure.
void GrpcCalls::Call::Succeed(std::string_view response) {
  grpc_slice content = Copied(response);
  const BufferPtr message(grpc_raw_byte_buffer_create(&content, 1));
  std::vector<grpc_op> operations(4);
  operations[0].op = GRPC_OP_SEND_INITIAL_METADATA;
  operations[1].op = GRPC_OP_SEND_MESSAGE;
  operations[1].data.send_message.send_message = message.get();
  operations[2].op = GRPC_OP_SEND_STATUS_FROM_SERVER;
  operations[2].data.send_status_from_server.status = GRPC_STATUS_OK;
  operations[3].op = GRPC_OP_RECV_CLOSE_ON_SERVER;
  operations[3].data.recv_close_on_server.cancelled = &cancelled_;
  Begin(operations, ended_step_);
  grpc_slice_unref(content);
}

void GrpcCalls::Call::Begin(const std::vector<grpc_op>& operations, const Step& step) {
  const MutexLock lock(shared_->mutex);
  if (shared_->closed) {
    return;
  }
  const grpc_call_error error = grpc_call_start_batch(call_, operations.data(), operations.size(),
                                                      const_cast<Step*>(&step), nullptr);
  SPANHOLD_CHECK(error == GRPC_CALL_OK);
}

void GrpcCalls::Call::Ended(bool /*ok*/) {
  ended_ = true;
  if (unread_ && cancelled_ != 0) {
    shared_->account.AbortedRequest();
  } else if (unread_) {
    shared_->account.RejectedRequest();
  }
  LeaveIfDone();
}

void GrpcCalls::Call::LeaveIfDone() {
  if (ended_ && !reading_) {
    loop_.Remove(*this);
  }
}

void GrpcCalls::Call::Detach() {
  if (unread_) {
    shared_->account.AbortedRequest();  // left so late that no answer was begun
  }
  const MutexLock lock(shared_->mutex);
  grpc_call_unref(std::exchange(call_, nullptr));
}

GrpcCalls::GrpcCalls(const ReadGate::Limits& limits, const Parts& parts)
    : limits_(limits), shared_(std::make_shared<Shared>(limits, parts)) {}

GrpcCalls::~GrpcCalls() = default;

void GrpcCalls::Run(grpc_server* server, grpc_completion_queue* queue) {
  Loop(limits_, shared_, server, queue).Run();
}

void GrpcCalls::Close() {
  const MutexLock lock(shared_->mutex);
  shared_->closed = true;
}

}  // namespace spanhold::otlp_receiver
