#include <array>
#include <deque>
#include <utility>
#include <vector>

#include <absl/strings/str_cat.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "bench/load/transport.h"
#include "src/exporter/otlp_http/result.h"

namespace spanhold::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr Duration kLongestAnswer = std::chrono::minutes(1);

std::string_view NameOf(compress::Encoding encoding) {
  switch (encoding) {
    case compress::Encoding::kGzip:
      return "gzip";
    case compress::Encoding::kZlib:
      return "deflate";
    case compress::Encoding::kZstd:
      return "zstd";
    case compress::Encoding::kIdentity:
      break;
  }
  return "";
}

// What stands before the length of the body.
std::string HeadOf(const TransportOptions& options) {
  std::string head =
      absl::StrCat("POST ", options.target.path.empty() ? "/v1/traces" : options.target.path,
                   " HTTP/1.1\r\nHost: ", options.target.Authority(),
                   "\r\nContent-Type: ", options.content_type, "\r\n");
  if (options.encoding != compress::Encoding::kIdentity) {
    const std::string_view name = NameOf(options.encoding);
    absl::StrAppend(&head, "Content-Encoding: ", absl::string_view(name.data(), name.size()),
                    "\r\n");
  }
  return head + "Content-Length: ";
}

net::HttpResponse ToResponse(const http::response<http::string_body>& message) {
  net::HttpResponse response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) {
    response.headers.emplace_back(field.name_string(), field.value());
  }
  response.body = message.body();
  return response;
}

// One connection, which is opened when a request needs it.
class Connection {
 public:
  using Done = std::function<void(StatusOr<net::HttpResponse>)>;

  Connection(asio::io_context& context, const tcp::resolver::results_type& addresses,
             std::string head)
      : addresses_(addresses), head_(std::move(head)), socket_(context), timeout_(context) {}

  void Send(std::string_view body, Done done) {
    done_ = std::move(done);
    request_head_ = absl::StrCat(head_, body.size(), "\r\n\r\n");
    body_ = body;
    timeout_.expires_after(kLongestAnswer);
    timeout_.async_wait([this](const ErrorCode& cancelled) {
      if (!cancelled) {
        Close();
      }
    });
    if (socket_.is_open()) {
      Write();
      return;
    }
    asio::async_connect(socket_, addresses_, [this](const ErrorCode& error, const tcp::endpoint&) {
      if (error) {
        Fail(error);
        return;
      }
      ErrorCode ignored;
      socket_.set_option(tcp::no_delay(true), ignored);
      Write();
    });
  }

 private:
  void Write() {
    parser_.emplace();
    const std::array<asio::const_buffer, 2> parts{asio::buffer(request_head_),
                                                  asio::buffer(body_.data(), body_.size())};
    asio::async_write(socket_, parts, [this](const ErrorCode& error, size_t /*count*/) {
      write_error_ = error;  // a target that refuses early has perhaps answered all the same
      http::async_read(socket_, buffer_, *parser_, [this](const ErrorCode& failed, size_t) {
        failed ? Fail(failed) : Finish();
      });
    });
  }

  void Finish() {
    if (write_error_ || !parser_->get().keep_alive()) {
      Close();
    }
    End(ToResponse(parser_->get()));
  }

  void Fail(const ErrorCode& error) {
    Close();
    End(absl::UnavailableError(error.message()));
  }

  void End(StatusOr<net::HttpResponse> response) {
    timeout_.cancel();
    std::exchange(done_, nullptr)(std::move(response));
  }

  void Close() {
    ErrorCode ignored;
    socket_.close(ignored);
    buffer_.clear();
  }

  const tcp::resolver::results_type& addresses_;
  const std::string head_;
  tcp::socket socket_;
  asio::steady_timer timeout_;
  boost::beast::flat_buffer buffer_;
  Done done_;
  std::string request_head_;
  std::string_view body_;
  std::optional<http::response_parser<http::string_body>> parser_;
  ErrorCode write_error_;
};

class HttpTransport final : public Transport {
 public:
  HttpTransport(const TransportOptions& options, const Clock& clock)
      : clock_(clock), timer_(context_) {
    ErrorCode error;
    addresses_ = tcp::resolver(context_).resolve(options.target.host,
                                                 std::to_string(options.target.port), error);
    for (size_t i = 0; i < options.lanes; ++i) {
      connections_.push_back(std::make_unique<Connection>(context_, addresses_, HeadOf(options)));
    }
  }

  void Send(size_t lane, std::string_view body) override {
    connections_[lane]->Send(body, [this, lane](const StatusOr<net::HttpResponse>& response) {
      answers_.push_back({lane, otlp_http::ResultOf(response, clock_.WallNow()), response.ok()});
    });
  }

  std::optional<Answer> Next(TimePoint deadline) override {
    Arm(deadline);
    context_.restart();
    while (answers_.empty() && !due_ && context_.run_one() != 0) {
    }
    if (answers_.empty()) {
      return std::nullopt;
    }
    Answer answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }

 private:
  // Setting the timer is a system call, so it stays as long as the deadline does.
  void Arm(TimePoint deadline) {
    if (deadline == armed_ && !due_) {
      return;
    }
    armed_ = deadline;
    due_ = false;
    timer_.expires_at(deadline);
    timer_.async_wait([this](const ErrorCode& cancelled) { due_ = due_ || !cancelled; });
  }

  const Clock& clock_;
  asio::io_context context_;
  asio::steady_timer timer_;
  TimePoint armed_ = TimePoint::max();
  bool due_ = false;
  tcp::resolver::results_type addresses_;
  std::vector<std::unique_ptr<Connection>> connections_;  // one a lane
  std::deque<Answer> answers_;
};

}  // namespace

std::unique_ptr<Transport> MakeHttpTransport(const TransportOptions& options, const Clock& clock) {
  return std::make_unique<HttpTransport>(options, clock);
}

}  // namespace spanhold::bench
