#include "src/net/http_session.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <absl/strings/ascii.h>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "src/net/body_buffer.h"
#include "src/net/deadline_timer.h"
#include "src/net/http_date.h"
#include "src/net/http_request_parser.h"

namespace spanhold::net {

namespace asio = boost::asio;

namespace {

using ErrorCode = boost::system::error_code;
using Strand = asio::strand<asio::io_context::executor_type>;
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Strand>;

// One read of a head: most heads, and many whole requests, fit in.
constexpr size_t kHeadRead = 4 << 10;

// One read of what goes through the buffer: chunks, and bodies that are skipped.
constexpr size_t kBodyRead = 16 << 10;

// The rest of a body that is read for the connection's sake: a common request of an SDK.
constexpr uint64_t kMostSkipped = 256 << 10;

constexpr TimePoint kNever = DeadlineTimer<HttpSession>::kNever;

class Session final : public HttpSession, public std::enable_shared_from_this<Session> {
 public:
  Session(Socket socket, std::string peer, const HttpSessionContext& context,
          std::function<void(HttpSession*)> on_closed)
      : options_(context.options),
        handler_(context.handler),
        budget_(context.budget),
        peer_(std::move(peer)),
        on_closed_(std::move(on_closed)),
        socket_(std::move(socket)),
        deadline_(socket_.get_executor()) {}

  void Start() override {
    asio::dispatch(socket_.get_executor(), [self = shared_from_this()] { self->NextRequest(); });
  }

  void BeginShutdown() override {
    asio::dispatch(socket_.get_executor(), [self = shared_from_this()] {
      self->closing_ = true;
      if (self->phase_ == Phase::kIdle || self->phase_ == Phase::kLinger) {
        self->Close();
      }
    });
  }

  void Abort() override {
    asio::dispatch(socket_.get_executor(), [self = shared_from_this()] { self->Close(); });
  }

  void OnDeadline() {
    if (phase_ != Phase::kHead && phase_ != Phase::kBody) {
      Close();
      return;
    }
    ++turn_;
    ErrorCode ignored;
    socket_.cancel(ignored);
    Fail({408, "the request did not come in time"});
  }

 private:
  enum class Phase { kIdle, kHead, kBody, kAwait, kWrite, kLinger, kClosed };

  std::string_view Buffered() const {
    return {static_cast<const char*>(buffer_.data().data()), buffer_.size()};
  }

  // --- head ---

  void NextRequest() {
    if (buffer_.size() == 0 && buffer_.capacity() > kHeadRead) {
      buffer_.shrink_to_fit();  // an idle connection costs little
    }
    received_ = 0;
    skipped_ = 0;
    scanned_ = 0;
    Enter(Phase::kIdle, After(options_.idle_timeout));
    whole_ = true;
    ReadHead();
  }

  void ReadHead() {
    // RFC 9112 section 2.2: empty lines before a request are to be ignored.
    while (Buffered().starts_with("\r\n")) {
      buffer_.consume(2);
    }
    // One byte may be half of such a line.
    const bool begun = buffer_.size() > 0 && Buffered() != "\r";
    if (begun && phase_ == Phase::kIdle) {
      BeginRequest();
    }
    const size_t size = HttpRequestParser::FindHead(Buffered(), scanned_);
    if (size > options_.max_header_size ||
        (size == 0 && buffer_.size() >= options_.max_header_size)) {
      Fail({431, "the request's header is too large"});
      return;
    }
    if (size > 0) {
      OnHead(size);
      return;
    }
    // No method starts like this: TLS, most often. It would not send an empty line either.
    if (begun && !absl::ascii_isgraph(static_cast<unsigned char>(Buffered()[0]))) {
      Fail({400, "malformed request: not HTTP (TLS on a port without it?)"});
      return;
    }
    scanned_ = buffer_.size();
    Read(buffer_.prepare(std::min(kHeadRead, options_.max_header_size - buffer_.size())),
         &Session::OnHeadRead);
  }

  void OnHeadRead(size_t count) {
    buffer_.commit(count);
    ReadHead();
  }

  void BeginRequest() {
    const TimePoint head = After(options_.read_header_timeout);
    read_deadline_ = After(options_.read_timeout);
    whole_ = false;
    Enter(Phase::kHead, std::min(head, read_deadline_));
  }

  void OnHead(size_t size) {
    head_text_.assign(Buffered().substr(0, size));
    buffer_.consume(size);
    keep_alive_ = false;
    if (const Status status = parser_.ParseHead(head_text_); !status.ok()) {
      Fail(HttpErrorOf(status));
      return;
    }
    parser_.head().peer = peer_;
    head_known_ = true;
    keep_alive_ = options_.keep_alives_enabled && parser_.keep_alive();
    Enter(Phase::kBody, read_deadline_);
    reply_ = handler_.OnHead(parser_.head());
    if (const std::optional<HttpError> error = BodyError()) {
      Fail(*error);
      return;
    }
    if (!reply_ && parser_.content_length() > 0) {
      Refuse(body().Grow(parser_.content_length()));
    }
    if (parser_.expects_continue() && HasBody() && buffer_.size() == 0) {
      Continue();
      return;
    }
    ReadBody();
  }

  bool HasBody() const { return parser_.chunked() || parser_.content_length() > 0; }

  // What the head alone tells to be wrong with the body.
  std::optional<HttpError> BodyError() {
    if (parser_.content_length() > options_.max_body_size) {
      return HttpError{
          413, "the request is larger than " + std::to_string(options_.max_body_size) + " bytes"};
    }
    const std::string_view method = parser_.head().method;
    if (!reply_ && !parser_.chunked() && !parser_.has_content_length() &&
        (method == "POST" || method == "PUT" || method == "PATCH")) {
      // An empty request would be taken as one without spans, and OK said to spans never read.
      return HttpError{411, "a Content-Length or Transfer-Encoding: chunked is needed"};
    }
    return std::nullopt;
  }

  // --- body ---

  // The client waits for a word before it sends its body.
  void Continue() {
    if (reply_) {
      EndUnread(*std::move(reply_));
      return;
    }
    out_ = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(socket_, asio::buffer(out_),
                      [self = shared_from_this()](const ErrorCode& error, size_t /*count*/) {
                        if (self->phase_ != Phase::kBody) {
                          return;
                        }
                        if (error) {
                          self->Close();
                          return;
                        }
                        self->ReadBody();
                      });
  }

  BodyBuffer& body() { return body_ ? *body_ : body_.emplace(options_.max_body_size, budget_); }

  void ReadBody() {
    if (parser_.chunked()) {
      ReadChunks();
    } else {
      ReadLength();
    }
  }

  void ReadLength() {
    const uint64_t size = parser_.content_length();
    const size_t part = std::min<uint64_t>(buffer_.size(), size - received_);
    if (part > 0) {
      TakeIn(Buffered().substr(0, part));
      buffer_.consume(part);
    }
    if (received_ == size) {
      OnBody();
      return;
    }
    if (!reply_) {
      Refuse(body().Grow(size));
    }
    if (reply_ && size - received_ > kMostSkipped) {
      EndUnread(*std::move(reply_));
    } else if (reply_) {
      Read(buffer_.prepare(std::min<uint64_t>(kBodyRead, size - received_)), &Session::OnBodyRead);
    } else {
      Read(asio::buffer(body_->free_space(), body_->free_size()), &Session::OnDirectRead);
    }
  }

  // Straight into the body, which has room for no more than is missing.
  void OnDirectRead(size_t count) {
    body_->Commit(count);
    received_ += count;
    ReadLength();
  }

  void OnBodyRead(size_t count) {
    buffer_.commit(count);
    ReadBody();
  }

  void ReadChunks() {
    const StatusOr<size_t> used =
        parser_.Dechunk(Buffered(), [this](std::string_view data) { TakeIn(data); });
    if (!used.ok()) {
      Fail(HttpErrorOf(used.status()));
      return;
    }
    buffer_.consume(*used);
    if (skipped_ > kMostSkipped) {
      EndUnread(*std::move(reply_));
    } else if (parser_.chunks_done()) {
      OnBody();
    } else if (buffer_.size() >= kBodyRead) {
      EndUnread(handler_.OnError(parser_.head(),
                                 {400, "malformed request: a chunk's header is too long"}));
    } else {
      Read(buffer_.prepare(kBodyRead - buffer_.size()), &Session::OnBodyRead);
    }
  }

  // Body bytes from the buffer, kept or skipped.
  void TakeIn(std::string_view data) {
    received_ += data.size();
    if (reply_) {
      skipped_ += data.size();
    } else {
      Refuse(body().Append(data, parser_.content_length()));
    }
  }

  // On an error the client is told, and a short rest of the body skipped.
  void Refuse(const Status& status) {
    if (!status.ok()) {
      body_.reset();
      reply_ = handler_.OnError(parser_.head(), HttpErrorOf(status));
    }
  }

  void OnBody() {
    whole_ = true;
    if (reply_) {
      Write(*std::move(reply_));
      return;
    }
    Enter(Phase::kAwait, kNever);
    Bytes bytes = body().Take();
    body_.reset();
    handler_.OnRequest(parser_.head(), std::move(bytes),
                       [self = shared_from_this()](HttpReply reply) {
                         Session* const session = self.get();
                         asio::dispatch(session->socket_.get_executor(),
                                        [self, reply = std::move(reply)]() mutable {
                                          if (self->phase_ == Phase::kAwait) {
                                            self->Write(std::move(reply));
                                          }
                                        });
                       });
  }

  // --- answer ---

  // The request cannot be read to its end: the answer, which may have been decided before, and then
  // the end of the connection.
  void Fail(const HttpError& error) {
    if (!reply_) {
      HttpRequestHead unknown;
      unknown.peer = peer_;
      reply_ = handler_.OnError(head_known_ ? parser_.head() : unknown, error);
    }
    EndUnread(*std::move(reply_));
  }

  // Answers a request whose rest will not be read.
  void EndUnread(HttpReply reply) {
    keep_alive_ = false;
    Write(std::move(reply));
  }

  void Write(HttpReply reply) {
    body_.reset();
    Enter(Phase::kWrite, After(options_.write_timeout));
    reply_ = std::move(reply);
    keep_alive_ = keep_alive_ && !closing_;
    AfterReply after = AfterReply::kClose;
    if (keep_alive_) {
      after = parser_.is_http10() ? AfterReply::kKeepAliveHttp10 : AfterReply::kKeepAlive;
    }
    out_.clear();
    AppendReplyHead(out_, *reply_, after, date_.At(clock_.WallNow()));
    const bool with_body =
        MayHaveBody(reply_->status) && !(head_known_ && parser_.head().method == "HEAD");
    const std::array<asio::const_buffer, 2> parts{
        asio::buffer(out_), with_body ? asio::buffer(reply_->body) : asio::const_buffer()};
    asio::async_write(socket_, parts,
                      [self = shared_from_this()](const ErrorCode& error, size_t /*count*/) {
                        self->OnWritten(error);
                      });
  }

  void OnWritten(const ErrorCode& error) {
    if (phase_ != Phase::kWrite) {
      return;
    }
    reply_.reset();
    head_known_ = false;
    if (!error && keep_alive_) {
      NextRequest();
    } else if (error || closing_ || (whole_ && buffer_.size() == 0)) {
      Close();
    } else {
      Linger();
    }
  }

  void Linger() {
    linger_deadline_ = clock_.Now() + options_.linger_time;
    ErrorCode ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    OnLingerRead(0);
  }

  void OnLingerRead(size_t /*count*/) {
    Enter(Phase::kLinger, std::min(clock_.Now() + options_.linger_pause, linger_deadline_));
    buffer_.clear();
    Read(buffer_.prepare(kBodyRead), &Session::OnLingerRead);
  }

  void Close() {
    if (phase_ == Phase::kClosed) {
      return;
    }
    if ((phase_ == Phase::kHead || phase_ == Phase::kBody) && !reply_) {
      handler_.OnAbort();
    }
    phase_ = Phase::kClosed;
    body_.reset();  // a client that sees the end finds its memory given back
    ErrorCode ignored;
    socket_.close(ignored);
    deadline_.Cancel();
    on_closed_(this);
  }

  // --- reading and time ---

  // Reads once, then calls `next`; closes at the end of the stream. A read that was overtaken by a
  // deadline does nothing any more.
  void Read(asio::mutable_buffer into, void (Session::*next)(size_t)) {
    socket_.async_read_some(into, [self = shared_from_this(), next, turn = turn_](
                                      const ErrorCode& error, size_t count) {
      if (self->turn_ != turn || self->phase_ == Phase::kClosed) {
        return;
      }
      if (error) {
        self->Close();
        return;
      }
      ((*self).*next)(count);
    });
  }

  void Enter(Phase phase, TimePoint deadline) {
    phase_ = phase;
    deadline_.Set(deadline, shared_from_this());
  }

  TimePoint After(Duration timeout) const {
    return timeout == Duration::zero() ? kNever : clock_.Now() + timeout;
  }

  // Constant after construction.
  const HttpServer::Options& options_;
  HttpHandler& handler_;
  MemoryBudget& budget_;
  const SystemClock clock_;  // the one that Asio's timers run on
  const std::string peer_;
  const std::function<void(HttpSession*)> on_closed_;

  // On the strand, which is the socket's executor.
  Socket socket_;
  DeadlineTimer<Session> deadline_;
  Phase phase_ = Phase::kIdle;
  TimePoint read_deadline_ = kNever;
  TimePoint linger_deadline_ = kNever;
  uint64_t turn_ = 0;  // counts the reads given up
  bool closing_ = false;

  boost::beast::flat_buffer buffer_;  // read and not consumed yet
  size_t scanned_ = 0;                // of buffer_: has no end of a head
  std::string head_text_;             // what the parser's views point into
  HttpRequestParser parser_;
  bool head_known_ = false;
  bool keep_alive_ = false;
  std::optional<BodyBuffer> body_;
  bool whole_ = false;              // the request has been read to its end
  uint64_t received_ = 0;           // of the body
  uint64_t skipped_ = 0;            // of these: only for the connection's sake
  std::optional<HttpReply> reply_;  // decided; while the body is read, it is skipped
  std::string out_;
  HttpDateCache date_;
};

}  // namespace

std::shared_ptr<HttpSession> HttpSession::Make(int fd, std::string peer,
                                               const HttpSessionContext& context,
                                               std::function<void(HttpSession*)> on_closed) {
  Socket socket(asio::make_strand(context.loop.context()));
  ErrorCode error;
  // The family matters to Asio only for addresses, of which none is asked here.
  socket.assign(asio::generic::stream_protocol(AF_INET, 0), fd, error);
  if (error) {
    close(fd);  // the session's first read fails and closes it
  }
  return std::make_shared<Session>(std::move(socket), std::move(peer), context,
                                   std::move(on_closed));
}

}  // namespace spanhold::net
