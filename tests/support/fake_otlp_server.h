#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace spanhold {

// A gRPC backend: takes any unary call, keeps what it gets and answers as told.
//
// Threading: thread-safe; one thread of its own.
class FakeOtlpServer {
 public:
  struct Options {
    // "127.0.0.1:0", or a unix path as "unix:/path". A fixed port may have to be waited for.
    std::string address = "127.0.0.1:0";
    // With a certificate the server speaks TLS; with client authorities it asks for a certificate.
    std::string certificate_pem = {};
    std::string key_pem = {};
    std::string client_authorities_pem = {};
  };

  struct Request {
    std::string method;   // "/package.Service/Method"
    std::string message;  // decompressed
    bool gzip = false;    // it was compressed
    std::multimap<std::string, std::string> metadata;
  };

  struct Answer {
    int code = 0;              // grpc-status
    std::string message = {};  // grpc-message
    std::string body = {};     // response message, with code 0
    std::map<std::string, std::string> trailers = {};
    bool never = false;  // no answer until Stop()
  };

  FakeOtlpServer();
  explicit FakeOtlpServer(Options options);
  ~FakeOtlpServer();
  FakeOtlpServer(const FakeOtlpServer&) = delete;
  FakeOtlpServer& operator=(const FakeOtlpServer&) = delete;

  int port() const;
  std::string endpoint() const;  // "127.0.0.1:port"

  // Answers for the next calls, in order; then OK with an empty message again.
  void Script(std::deque<Answer> answers);

  // The requests so far.
  std::vector<Request> requests() const;

  // Returns when there were `count` requests; false after half a minute without them.
  [[nodiscard]] bool WaitForRequests(size_t count) const;

  // Breaks all connections. Safe a second time.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spanhold
