#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "src/config/endpoint.h"
#include "src/core/mutex.h"
#include "tests/net/test_certificates.h"

namespace spanhold::net {

// A server for tests of clients, independent of the code under test: one blocking thread, one
// connection at a time, in clear or with TLS.
//
// For each request it reads, it asks the script for the bytes to answer with; what they say is not
// looked at. "" closes the connection without an answer, kHang leaves it open without one; an answer
// with "Connection: close" closes it after.
class ScriptedHttpServer {
 public:
  static constexpr char kHang[] = "hang";

  // Gets the request, head and body, and how many came before it on any connection.
  using Script = std::function<std::string(const std::string& request, size_t index)>;

  struct Tls {
    TestCertificate own;
    std::string client_authority;  // PEM; empty: no certificate is asked of clients
  };

  explicit ScriptedHttpServer(Script script);
  ScriptedHttpServer(Script script, Tls tls);
  ~ScriptedHttpServer();
  ScriptedHttpServer(const ScriptedHttpServer&) = delete;
  ScriptedHttpServer& operator=(const ScriptedHttpServer&) = delete;

  config::Endpoint endpoint() const;  // of http or https, 127.0.0.1
  size_t connections() const;
  std::vector<std::string> requests() const;
  // Names that TLS clients asked for (SNI).
  std::vector<std::string> server_names() const;

 private:
  class Stream;
  void Run();
  void Serve(Stream& stream);

  const Script script_;
  const std::unique_ptr<Tls> tls_;
  int listening_ = -1;
  uint16_t port_ = 0;

  mutable Mutex mutex_;
  int current_ SPANHOLD_GUARDED_BY(mutex_) = -1;
  bool stopping_ SPANHOLD_GUARDED_BY(mutex_) = false;
  size_t connections_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> requests_ SPANHOLD_GUARDED_BY(mutex_);
  std::vector<std::string> server_names_ SPANHOLD_GUARDED_BY(mutex_);
  std::thread thread_;
};

// "HTTP/1.1 <status> X" with a Content-Length and `headers` ("Name: value\r\n").
std::string Answer(int status, const std::string& body = "", const std::string& headers = "");

}  // namespace spanhold::net
