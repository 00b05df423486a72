#include "tests/net/scripted_http_server.h"

#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "src/core/check.h"

namespace spanhold::net {
namespace {

struct Free {
  void operator()(SSL* x) const { SSL_free(x); }
  void operator()(SSL_CTX* x) const { SSL_CTX_free(x); }
  void operator()(X509* x) const { X509_free(x); }
  void operator()(EVP_PKEY* x) const { EVP_PKEY_free(x); }
  void operator()(BIO* x) const { BIO_free(x); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> Reader(const std::string& pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Owned<SSL_CTX> ServerContext(const ScriptedHttpServer::Tls& tls) {
  Owned<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
  const Owned<X509> own(
      PEM_read_bio_X509(Reader(tls.own.certificate).get(), nullptr, nullptr, nullptr));
  const Owned<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(Reader(tls.own.key).get(), nullptr, nullptr, nullptr));
  SSL_CTX_use_certificate(context.get(), own.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  if (!tls.client_authority.empty()) {
    const Owned<X509> authority(
        PEM_read_bio_X509(Reader(tls.client_authority).get(), nullptr, nullptr, nullptr));
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

size_t BodySize(const std::string& head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const size_t at = head.find(kName);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + kName.size()));
}

}  // namespace

// A connected socket, with TLS or without.
class ScriptedHttpServer::Stream {
 public:
  Stream(int fd, const Tls* tls) : fd_(fd) {
    if (tls != nullptr) {
      context_ = ServerContext(*tls);
      ssl_.reset(SSL_new(context_.get()));
      SSL_set_fd(ssl_.get(), fd);
      ready_ = SSL_accept(ssl_.get()) == 1;
    }
  }

  bool ready() const { return ready_; }
  std::string ServerName() const {
    const char* const name =
        ssl_ ? SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name) : nullptr;
    return name == nullptr ? "" : name;
  }

  // One request, head and body; "" at the end.
  std::string ReadRequest() {
    size_t end = buffer_.find("\r\n\r\n");
    while (end == std::string::npos) {
      if (!ReadSome()) {
        return "";
      }
      end = buffer_.find("\r\n\r\n");
    }
    const size_t size = end + 4 + BodySize(buffer_.substr(0, end + 4));
    while (buffer_.size() < size) {
      if (!ReadSome()) {
        return "";
      }
    }
    std::string request = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return request;
  }

  void Write(const std::string& bytes) {
    if (ssl_) {
      SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    } else {
      send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
  }

 private:
  bool ReadSome() {
    char piece[16384];
    const auto count = ssl_ ? SSL_read(ssl_.get(), piece, sizeof(piece))
                            : static_cast<int>(recv(fd_, piece, sizeof(piece), 0));
    if (count <= 0) {
      return false;
    }
    buffer_.append(piece, static_cast<size_t>(count));
    return true;
  }

  const int fd_;
  Owned<SSL_CTX> context_;
  Owned<SSL> ssl_;
  bool ready_ = true;
  std::string buffer_;
};

ScriptedHttpServer::ScriptedHttpServer(Script script) : ScriptedHttpServer(std::move(script), {}) {}

ScriptedHttpServer::ScriptedHttpServer(Script script, Tls tls)
    : script_(std::move(script)),
      tls_(tls.own.key.empty() ? nullptr : std::make_unique<Tls>(std::move(tls))) {
  listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  SPANHOLD_CHECK(bind(listening_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
                 0);
  SPANHOLD_CHECK(listen(listening_, 64) == 0);
  socklen_t size = sizeof(address);
  getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

ScriptedHttpServer::~ScriptedHttpServer() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    shutdown(listening_, SHUT_RDWR);
    if (current_ >= 0) {
      shutdown(current_, SHUT_RDWR);
    }
  }
  thread_.join();
  close(listening_);
}

void ScriptedHttpServer::Run() {
  pthread_setname_np(pthread_self(), "test-server");
  sigset_t broken_pipe;  // OpenSSL's writes raise it
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  for (;;) {
    const int fd = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    {
      const MutexLock lock(mutex_);
      if (fd < 0 || stopping_) {
        if (fd >= 0) {
          close(fd);
        }
        return;
      }
      current_ = fd;
      ++connections_;
    }
    {
      Stream stream(fd, tls_.get());
      if (stream.ready()) {
        Serve(stream);
      }
    }
    const MutexLock lock(mutex_);
    current_ = -1;
    close(fd);
  }
}

void ScriptedHttpServer::Serve(Stream& stream) {
  {
    const MutexLock lock(mutex_);
    server_names_.push_back(stream.ServerName());
  }
  for (;;) {
    const std::string request = stream.ReadRequest();
    if (request.empty()) {
      return;
    }
    size_t index = 0;
    {
      const MutexLock lock(mutex_);
      index = requests_.size();
      requests_.push_back(request);
    }
    const std::string answer = script_(request, index);
    if (answer == kHang) {
      continue;
    }
    stream.Write(answer);
    if (answer.empty() || answer.find("\r\nConnection: close\r\n") != std::string::npos) {
      return;
    }
  }
}

config::Endpoint ScriptedHttpServer::endpoint() const {
  config::Endpoint endpoint;
  endpoint.scheme = tls_ ? "https" : "http";
  endpoint.host = "127.0.0.1";
  endpoint.port = port_;
  return endpoint;
}

size_t ScriptedHttpServer::connections() const {
  const MutexLock lock(mutex_);
  return connections_;
}

std::vector<std::string> ScriptedHttpServer::requests() const {
  const MutexLock lock(mutex_);
  return requests_;
}

std::vector<std::string> ScriptedHttpServer::server_names() const {
  const MutexLock lock(mutex_);
  return server_names_;
}

std::string Answer(int status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace spanhold::net
