#include "src/net/http_connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include <absl/strings/str_cat.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace spanhold::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

using ErrorCode = boost::system::error_code;
using AsioStrand = asio::strand<asio::io_context::executor_type>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, AsioStrand>;
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, AsioStrand>;
using TlsStream = asio::ssl::stream<Socket&>;

// Proxies and gateways add headers of their own.
constexpr uint32_t kMaxResponseHeader = 64 << 10;

class Connection final : public HttpConnection, public std::enable_shared_from_this<Connection> {
 public:
  Connection(const AsioStrand& strand, const HttpTarget& target)
      : target_(target), resolver_(strand), socket_(strand) {}

  void Open(absl::AnyInvocable<void(Status)> done) override {
    opened_ = std::move(done);
    ErrorCode error;
    const asio::ip::address literal = asio::ip::make_address(target_.host, error);
    if (!error) {
      Connect(Resolver::results_type::create(asio::ip::tcp::endpoint(literal, target_.port),
                                             target_.host, ""));
      return;
    }
    resolver_.async_resolve(
        target_.host, std::to_string(target_.port), Resolver::numeric_service,
        [self = shared_from_this()](const ErrorCode& failed, const Resolver::results_type& found) {
          if (failed) {
            self->Opened(self->Unavailable("cannot resolve the name", failed));
          } else {
            self->Connect(found);
          }
        });
  }

  void RoundTrip(std::string_view head, const Rope& body,
                 absl::AnyInvocable<void(StatusOr<HttpResponse>)> done) override {
    answer_ = std::move(done);
    NewParser();
    std::vector<asio::const_buffer> parts{asio::buffer(head.data(), head.size())};
    for (const Rope::Piece& piece : body.pieces()) {
      parts.push_back(asio::buffer(piece.bytes.data(), piece.bytes.size()));
    }
    // A server that refuses a body early closes while it is written: its answer may be there.
    auto written = [self = shared_from_this()](const ErrorCode& error, size_t /*count*/) {
      self->write_error_ = error;
      self->Read();
    };
    if (tls_) {
      asio::async_write(*tls_, parts, std::move(written));
    } else {
      asio::async_write(socket_, parts, std::move(written));
    }
  }

  bool answered() const override { return parser_ && parser_->got_some(); }
  bool keep_alive() const override {
    return parser_ && parser_->keep_alive() && !write_error_ && buffer_.size() == 0;
  }

  bool IsStale() override {
    char byte = 0;
    const ssize_t count = recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN);
  }

  void Close() override {
    resolver_.cancel();
    ErrorCode ignored;
    socket_.close(ignored);
  }

 private:
  void Connect(const Resolver::results_type& addresses) {
    asio::async_connect(
        socket_, addresses,
        [self = shared_from_this()](const ErrorCode& error, const asio::ip::tcp::endpoint&) {
          self->OnConnected(error);
        });
  }

  void OnConnected(const ErrorCode& error) {
    if (error) {
      Opened(Unavailable("cannot connect", error));
      return;
    }
    ErrorCode ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    if (target_.tls == nullptr) {
      Opened(absl::OkStatus());
      return;
    }
    ShakeHands();
  }

  void ShakeHands() {
    SSL_CTX_up_ref(target_.tls.get());  // the wrapper below gives one back
    asio::ssl::context context(target_.tls.get());
    tls_.emplace(socket_, context);
    ErrorCode literal;
    asio::ip::make_address(target_.server_name, literal);
    if (literal) {  // RFC 6066 section 3: names only
      // SSL_set_tlsext_host_name(), a macro with a C cast.
      std::string name = target_.server_name;
      SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               name.data());
    }
    ErrorCode ignored;
    if (SSL_CTX_get_verify_mode(target_.tls.get()) != SSL_VERIFY_NONE) {
      tls_->set_verify_callback(asio::ssl::host_name_verification(target_.server_name), ignored);
    }
    tls_->async_handshake(TlsStream::client, [self = shared_from_this()](const ErrorCode& error) {
      self->Opened(error ? self->HandshakeFailed(error) : absl::OkStatus());
    });
  }

  Status HandshakeFailed(const ErrorCode& error) const {
    const int64_t verdict = SSL_get_verify_result(const_cast<TlsStream&>(*tls_).native_handle());
    if (verdict == X509_V_OK) {
      return Unavailable("the TLS handshake failed", error);
    }
    return absl::UnavailableError(absl::StrCat(
        Where(), ": the TLS handshake failed: ", X509_verify_cert_error_string(verdict),
        "; set tls.ca_file to the authority that signed the server's certificate"));
  }

  void Opened(const Status& status) { std::exchange(opened_, nullptr)(status); }

  void NewParser() {
    parser_.emplace();
    parser_->header_limit(kMaxResponseHeader);
    parser_->body_limit(target_.max_response_body);
  }

  void Read() {
    auto read = [self = shared_from_this()](const ErrorCode& error, size_t /*count*/) {
      self->OnRead(error);
    };
    if (tls_) {
      http::async_read(*tls_, buffer_, *parser_, std::move(read));
    } else {
      http::async_read(socket_, buffer_, *parser_, std::move(read));
    }
  }

  void OnRead(const ErrorCode& error) {
    const bool too_large = error == http::error::body_limit || error == http::error::header_limit;
    if (error && (too_large || !parser_->is_header_done())) {
      Answer(ReadFailed(error));
      return;
    }
    if (!error &&
        parser_->get().result_int() / 100 == 1) {  // an interim answer: the real one follows
      NewParser();
      Read();
      return;
    }
    HttpResponse response;
    response.status = static_cast<int>(parser_->get().result_int());
    for (const auto& field : parser_->get()) {
      response.headers.emplace_back(std::string(field.name_string()),
                                    std::string(parser_->get()[field.name_string()]));
    }
    response.body = std::move(parser_->get().body());
    response.broke_off = error.failed();
    Answer(std::move(response));
  }

  Status ReadFailed(const ErrorCode& error) const {
    if (error == http::error::body_limit || error == http::error::header_limit) {
      return absl::ResourceExhaustedError(absl::StrCat(Where(), ": the answer is larger than ",
                                                       target_.max_response_body, " bytes"));
    }
    if (error == http::error::end_of_stream || error == http::error::partial_message) {
      return absl::UnavailableError(
          absl::StrCat(Where(), ": the connection was closed before the answer was complete"));
    }
    if (error.category() == make_error_code(http::error::bad_version).category()) {
      return Unavailable("the answer is not HTTP/1.1 (a port for gRPC or TLS?)", error);
    }
    return Unavailable("the connection broke", write_error_ ? write_error_ : error);
  }

  void Answer(StatusOr<HttpResponse> answer) { std::exchange(answer_, nullptr)(std::move(answer)); }

  std::string Where() const { return absl::StrCat(target_.host, ":", target_.port); }

  Status Unavailable(const char* what, const ErrorCode& error) const {
    return absl::UnavailableError(absl::StrCat(Where(), ": ", what, ": ", error.message()));
  }

  const HttpTarget& target_;
  Resolver resolver_;
  Socket socket_;
  std::optional<TlsStream> tls_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::string_body>> parser_;
  ErrorCode write_error_;
  absl::AnyInvocable<void(Status)> opened_;
  absl::AnyInvocable<void(StatusOr<HttpResponse>)> answer_;
};

class StrandOfConnections final : public HttpConnection::Strand {
 public:
  explicit StrandOfConnections(EventLoop& loop) : strand_(asio::make_strand(loop.context())) {}

  void Post(absl::AnyInvocable<void()> function) override {
    asio::post(strand_, std::move(function));
  }
  std::shared_ptr<HttpConnection> NewConnection(const HttpTarget& target) override {
    return std::make_shared<Connection>(strand_, target);
  }

 private:
  AsioStrand strand_;
};

}  // namespace

std::unique_ptr<HttpConnection::Strand> HttpConnection::NewStrand(EventLoop& loop) {
  return std::make_unique<StrandOfConnections>(loop);
}

}  // namespace spanhold::net
