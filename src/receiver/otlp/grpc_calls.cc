#include "src/receiver/otlp/grpc_calls.h"

#include <array>
#include <list>
#include <optional>
#include <string_view>
#include <utility>

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <absl/types/span.h>
#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>

#include "src/core/check.h"
#include "src/core/log.h"
#include "src/core/mutex.h"
#include "src/net/received_bytes.h"
#include "src/receiver/otlp/grpc_answer.h"
#include "src/receiver/otlp/grpc_message.h"
#include "src/receiver/otlp/grpc_reply.h"
#include "src/receiver/otlp/grpc_route.h"
#include "src/receiver/otlp/ingest.h"
#include "src/receiver/otlp/other_signal.h"
#include "src/receiver/otlp/retry_delay.h"
#include "src/rpc/slice.h"

namespace spanhold::otlp_receiver {
namespace {

using rpc::View;

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
        metrics("metrics", p.account, p.telemetry, p.clock),
        logs("logs", p.account, p.telemetry, p.clock),
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
  OtherSignal metrics;
  OtherSignal logs;
  Histogram& duration;
  MemoryBudget& budget;
  const RetryDelay retry_delay;
  LogLimiter rejected_log{clock};
  LogLimiter refused_log{clock};

  // Held while an answer is begun, so that none is begun once `closed`.
  Mutex mutex;
  bool closed SPANHOLD_GUARDED_BY(mutex) = false;
};

// One call. Owned by the loop until it has ended, and by the answer that is still to come.
class GrpcCalls::Call final : public ReadGate::Call, public std::enable_shared_from_this<Call> {
 public:
  // What one of gRPC's operations leads to.
  class Step final : public rpc::Completion {
   public:
    Step(Call& call, void (Call::*next)(bool ok)) : call_(call), next_(next) {}
    void Complete(bool ok) override;

   private:
    Call& call_;
    void (Call::*const next_)(bool ok);
  };

  Call(std::shared_ptr<Shared> shared, Loop& loop);
  ~Call() override;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  void Accept(grpc_server* server, grpc_completion_queue* queue);

  void Read() override;
  std::optional<uint64_t> Received() const override { return net::ReceivedBytes(fd_); }
  void Refuse(const Status& status) override;

  // No answer can be begun any more: lets go of gRPC's call, which ends it, unless an operation is
  // still to complete. True if it has.
  bool LetGo();

 private:
  friend class Loop;

  void Accepted(bool ok);
  void Route();
  void MessageRead(bool ok);
  void TakeMessage(MessagePtr message);
  void TakeBody(Bytes body, compress::Encoding encoding);
  void Answer(const Status& status);
  void Reject(const Status& status);
  void Fail(const Status& status);
  void Succeed(std::string_view response);
  bool Begin(absl::Span<const grpc_op> operations, Step& step);
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
  Step accepted_step_{*this, &Call::Accepted};
  Step read_step_{*this, &Call::MessageRead};
  Step ended_step_{*this, &Call::Ended};

  int fd_ = -1;
  std::string peer_;
  TimePoint since_;
  GrpcRoute route_ = GrpcRoute::kUnknown;
  bool accepting_ = true;
  bool reading_ = false;
  bool answering_ = false;  // guarded by shared_->mutex
  bool refused_ = false;
  bool unread_ = false;  // the client has left or has sent no message: Ended() knows which
  bool ended_ = false;
};

// What is bound to the loop's thread: the gate and the calls under way.
class GrpcCalls::Loop {
 public:
  Loop(const ReadGate::Limits& limits, std::shared_ptr<Shared> shared, const Peers& peers,
       grpc_server* server, rpc::GrpcLoop& loop)
      : shared_(std::move(shared)),
        peers_(peers),
        server_(server),
        loop_(loop),
        gate_(limits, shared_->budget) {}
  ~Loop() { SPANHOLD_CHECK(calls_.empty()); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void AcceptNext();
  void Remove(Call& call) { calls_.erase(call.place_); }
  // The last thing of each event: this may be gone then.
  void EventEnded();
  // After Shared::closed is set. `gone` completes when no call is left.
  void LetGo(rpc::Completion& gone);

  // The gate refuses who waits.
  void CloseGate();

  ReadGate& gate() { return gate_; }
  FreedMemory& freed() { return freed_; }
  bool closed() const { return gone_ != nullptr; }
  const Peers& peers() const { return peers_; }
  uint64_t largest_message() const { return shared_->ingest.max_request_bytes(); }
  TimePoint Now() const { return shared_->clock.Now(); }

 private:
  // What the gate has to do, now and later.
  void TickGate();

  const std::shared_ptr<Shared> shared_;
  const Peers& peers_;
  grpc_server* const server_;
  rpc::GrpcLoop& loop_;
  ReadGate gate_;
  FreedMemory freed_;
  std::list<std::shared_ptr<Call>> calls_;
  // Set: calls are let go of, and the gate, which knows them, is not used any more.
  rpc::Completion* gone_ = nullptr;
  // When the timer that is set for the gate is due.
  std::optional<TimePoint> timer_due_;
  TimerId timer_ = 0;
};

void GrpcCalls::Loop::AcceptNext() {
  const auto call = std::make_shared<Call>(shared_, *this);
  call->place_ = calls_.insert(calls_.end(), call);
  call->Accept(server_, loop_.queue());
}

void GrpcCalls::Loop::CloseGate() {
  if (!closed()) {
    gate_.Close();
  }
}

void GrpcCalls::Loop::TickGate() {
  gate_.Tick(Now());
  const std::optional<TimePoint> due = gate_.NextDue();
  if (due == timer_due_) {
    return;
  }
  // One that is not needed any more would wake the thread for nothing, after each request.
  loop_.timers().Cancel(timer_);
  timer_due_ = due;
  if (due) {
    timer_ = loop_.timers().Schedule(*due, [this] {
      timer_due_.reset();
      TickGate();
    });
  }
}

void GrpcCalls::Loop::EventEnded() {
  if (!closed()) {
    TickGate();
  } else if (calls_.empty()) {
    gone_->Complete(true);
  }
}

void GrpcCalls::Loop::LetGo(rpc::Completion& gone) {
  gone_ = &gone;
  loop_.timers().Cancel(timer_);
  std::erase_if(calls_, [](const std::shared_ptr<Call>& call) { return call->LetGo(); });
  EventEnded();
}

void GrpcCalls::Call::Step::Complete(bool ok) {
  Loop& loop = call_.loop_;
  (call_.*next_)(ok);
  loop.EventEnded();
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

void GrpcCalls::Call::Accept(grpc_server* server, grpc_completion_queue* queue) {
  rpc::Completion* const tag = &accepted_step_;
  const grpc_call_error error =
      grpc_server_request_call(server, &call_, &details_, &metadata_, queue, queue, tag);
  SPANHOLD_CHECK(error == GRPC_CALL_OK);
}

void GrpcCalls::Call::Accepted(bool ok) {
  accepting_ = false;
  if (!ok || loop_.closed()) {  // the server shuts down
    loop_.CloseGate();
    loop_.Remove(*this);
    return;
  }
  loop_.AcceptNext();
  char* const uri = grpc_call_get_peer(call_);
  fd_ = Peers::FdOf(uri);
  peer_ = loop_.peers().Of(uri);
  gpr_free(uri);
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
      Fail(shared_->metrics.Refuse(peer_));
      return;
    case GrpcRoute::kLogs:
      Fail(shared_->logs.Refuse(peer_));
      return;
    case GrpcRoute::kUnknown:
      Reject(absl::UnimplementedError(
          absl::StrCat("unknown method ", absl::CHexEscape(std::string(View(details_.method))))));
      return;
  }
}

void GrpcCalls::Call::Read() {
  std::array<grpc_op, 1> read{};
  read[0].op = GRPC_OP_RECV_MESSAGE;
  read[0].data.recv_message.recv_message = &message_;
  reading_ = Begin(read, read_step_);
}

void GrpcCalls::Call::Refuse(const Status& status) {
  refused_ = true;
  if (!IsRetryable(status)) {
    Reject(status);
    return;
  }
  shared_->account.Refused(0);
  shared_->LogRefused(peer_, status);
  Fail(status);
}

void GrpcCalls::Call::MessageRead(bool /*ok*/) {
  reading_ = false;
  MessagePtr message(std::exchange(message_, nullptr));
  if (loop_.closed()) {
    unread_ = !refused_;
    LetGo() ? loop_.Remove(*this) : LeaveIfDone();
  } else if (refused_) {
    message.reset();
    loop_.freed().Add(FreedMemory::kStep);  // nobody knows how much had come
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

void GrpcCalls::Call::TakeMessage(MessagePtr message) {
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
  Bytes body = CopyOf(*message, *std::move(reservation), loop_.freed());
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
    shared_->LogRefused(peer_, status);
  } else {
    shared_->LogRejected(peer_, status);
  }
  Fail(status);
}

// A final answer to what is not an OTLP request.
void GrpcCalls::Call::Reject(const Status& status) {
  shared_->account.RejectedRequest();
  shared_->LogRejected(peer_, status);
  Fail(status);
}

void GrpcCalls::Call::Fail(const Status& status) {
  const GrpcReply reply = ReplyFor(shared_->retry_delay.AddTo(status));
  Begin(GrpcAnswer(reply, cancelled_).operations(), ended_step_);
}

void GrpcCalls::Call::Succeed(std::string_view response) {
  Begin(GrpcAnswer(response, cancelled_).operations(), ended_step_);
}

// False once the calls are closed: then nothing is begun.
bool GrpcCalls::Call::Begin(absl::Span<const grpc_op> operations, Step& step) {
  const MutexLock lock(shared_->mutex);
  if (shared_->closed) {
    return false;
  }
  answering_ = answering_ || &step == &ended_step_;
  rpc::Completion* const tag = &step;
  const grpc_call_error error =
      grpc_call_start_batch(call_, operations.data(), operations.size(), tag, nullptr);
  SPANHOLD_CHECK(error == GRPC_CALL_OK);
  return true;
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

bool GrpcCalls::Call::LetGo() {
  const MutexLock lock(shared_->mutex);
  if (accepting_ || reading_ || answering_) {
    return false;
  }
  if (unread_ && route_ == GrpcRoute::kTraces) {
    shared_->account.AbortedRequest();  // left so late that no answer was begun
  }
  grpc_call_unref(std::exchange(call_, nullptr));
  return true;
}

GrpcCalls::GrpcCalls(const ReadGate::Limits& limits, const Parts& parts)
    : limits_(limits), parts_(parts), shared_(std::make_shared<Shared>(limits, parts)) {}

GrpcCalls::~GrpcCalls() = default;

void GrpcCalls::Start(grpc_server* server) {
  loop_ = std::make_unique<Loop>(limits_, shared_, parts_.peers, server, parts_.loop);
  parts_.loop.Post([this] { loop_->AcceptNext(); });
}

void GrpcCalls::Close(rpc::Completion& gone) {
  {
    const MutexLock lock(shared_->mutex);
    shared_->closed = true;
  }
  parts_.loop.Post([this, &gone] { loop_->LetGo(gone); });
}

}  // namespace spanhold::otlp_receiver
