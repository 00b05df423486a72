#include "src/net/http_request_parser.h"

#include <optional>
#include <string>

#include <absl/strings/str_cat.h>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace spanhold::net {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

using ErrorCode = beast::error_code;

std::string_view View(beast::string_view text) {
  return {text.data(), text.size()};
}

// The head's size is limited by whoever reads it from the socket.
constexpr uint32_t kNoHeaderLimit = 1U << 30U;

// Beast's parser with callbacks that keep views of the head and hand on chunks.
class Parser final : public http::basic_parser<true> {
 public:
  Parser() {
    header_limit(kNoHeaderLimit);
    body_limit(boost::none);
  }

  HttpRequestHead request;
  std::string_view bytes;  // the head's
  absl::FunctionRef<void(std::string_view)>* sink = nullptr;

 private:
  void on_request_impl(http::verb /*method*/, beast::string_view method, beast::string_view target,
                       int /*version*/, ErrorCode& /*error*/) override {
    request.method = View(method);
    request.target = View(target);
  }
  void on_response_impl(int /*code*/, beast::string_view /*reason*/, int /*version*/,
                        ErrorCode& /*error*/) override {}
  void on_field_impl(http::field /*id*/, beast::string_view name, beast::string_view value,
                     ErrorCode& error) override {
    if (sink != nullptr) {
      return;  // a trailer: nothing that we need comes in one
    }
    // A value that was folded over lines (RFC 9112 section 5.2 lets servers refuse it) stands in a
    // buffer of the parser that does not live on.
    if (!value.empty() &&
        (value.data() < bytes.data() || value.data() >= bytes.data() + bytes.size())) {
      error = http::error::bad_obs_fold;
      return;
    }
    request.headers.emplace_back(View(name), View(value));
  }
  void on_header_impl(ErrorCode& /*error*/) override {}
  void on_body_init_impl(const boost::optional<uint64_t>& /*content_length*/,
                         ErrorCode& /*error*/) override {}
  size_t on_body_impl(beast::string_view body, ErrorCode& /*error*/) override {
    return body.size();
  }
  void on_chunk_header_impl(uint64_t /*size*/, beast::string_view /*extensions*/,
                            ErrorCode& /*error*/) override {}
  size_t on_chunk_body_impl(uint64_t /*remain*/, beast::string_view body,
                            ErrorCode& /*error*/) override {
    (*sink)(View(body));
    return body.size();
  }
  void on_finish_impl(ErrorCode& /*error*/) override {}
};

Status Malformed(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("malformed request: ", std::string(what)));
}

}  // namespace

struct HttpRequestParser::Impl {
  std::optional<Parser> parser;
  bool http10 = false;
};

HttpRequestParser::HttpRequestParser() : impl_(std::make_unique<Impl>()) {}
HttpRequestParser::~HttpRequestParser() = default;

size_t HttpRequestParser::FindHead(std::string_view bytes, size_t scanned) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const size_t from = scanned < kEnd.size() ? 0 : scanned - kEnd.size() + 1;
  const size_t end = bytes.find(kEnd, from);
  return end == std::string_view::npos ? 0 : end + kEnd.size();
}

Status HttpRequestParser::ParseHead(std::string_view bytes) {
  // What a gRPC client says first (RFC 9113 section 3.4).
  if (bytes.starts_with("PRI * HTTP/2.0\r\n")) {
    return Malformed("HTTP/2, as gRPC clients speak it, on a port for HTTP/1.1");
  }
  Parser& parser = impl_->parser.emplace();
  parser.bytes = bytes;
  ErrorCode error;
  const size_t used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error) {
    return Malformed(error.message());
  }
  if (used != bytes.size()) {
    return Malformed("bad line ending");
  }
  const std::string_view request_line = bytes.substr(0, bytes.find("\r\n"));
  impl_->http10 = request_line.ends_with("1.0");
  if (!impl_->http10 && parser.request.Header("Host").data() == nullptr) {
    return Malformed("no Host header");
  }
  const std::string_view coding = parser.request.Header("Transfer-Encoding");
  if (coding.data() != nullptr && !EqualsIgnoreCase(coding, "chunked")) {
    return absl::UnimplementedError("the only Transfer-Encoding supported is chunked");
  }
  if (impl_->http10 && parser.chunked()) {
    return Malformed("Transfer-Encoding with HTTP/1.0");
  }
  return absl::OkStatus();
}

HttpRequestHead& HttpRequestParser::head() {
  return impl_->parser->request;
}
bool HttpRequestParser::is_http10() const {
  return impl_->http10;
}
bool HttpRequestParser::keep_alive() const {
  return impl_->parser->keep_alive();
}
bool HttpRequestParser::chunked() const {
  return impl_->parser->chunked();
}

bool HttpRequestParser::expects_continue() const {
  return !impl_->http10 &&
         EqualsIgnoreCase(impl_->parser->request.Header("Expect"), "100-continue");
}

bool HttpRequestParser::has_content_length() const {
  return impl_->parser->content_length().has_value();
}

uint64_t HttpRequestParser::content_length() const {
  return impl_->parser->content_length().value_or(0);
}

StatusOr<size_t> HttpRequestParser::Dechunk(std::string_view bytes,
                                            absl::FunctionRef<void(std::string_view)> sink) {
  Parser& parser = *impl_->parser;
  parser.sink = &sink;
  parser.eager(true);
  ErrorCode error;
  const size_t used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error && error != http::error::need_more) {
    return Malformed(error.message());
  }
  return used;
}

bool HttpRequestParser::chunks_done() const {
  return impl_->parser->is_done();
}

}  // namespace spanhold::net
