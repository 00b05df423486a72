#pragma once

#include <map>
#include <memory>
#include <string>

#include "src/core/clock.h"

namespace spanhold {

// A gRPC client that shows all of a call's end. One connection.
//
// Threading: thread-compatible.
class GrpcTestClient {
 public:
  enum class Compression { kNone, kGzip, kDeflate };

  struct Options {
    Compression compression = Compression::kNone;  // what `message` is flagged as
    Duration timeout = std::chrono::seconds(30);
  };

  struct Answer {
    int code = -1;  // grpc-status
    std::string error;
    bool has_message = false;
    std::string message;
    std::map<std::string, std::string> trailers;
  };

  // A call that has been sent.
  class Pending {
   public:
    Pending(Pending&&) noexcept;
    Pending& operator=(Pending&&) = delete;
    ~Pending();

    // Waits for the end of the call.
    Answer Wait();
    void Cancel();

   private:
    friend class GrpcTestClient;
    struct Impl;
    explicit Pending(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };

  // "127.0.0.1:port" or "unix:/path".
  explicit GrpcTestClient(const std::string& target);
  ~GrpcTestClient();
  GrpcTestClient(const GrpcTestClient&) = delete;
  GrpcTestClient& operator=(const GrpcTestClient&) = delete;

  Pending Send(const std::string& method, const std::string& message, const Options& options);
  Answer Call(const std::string& method, const std::string& message) {
    return Send(method, message, Options()).Wait();
  }
  Answer Call(const std::string& method, const std::string& message, const Options& options) {
    return Send(method, message, options).Wait();
  }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spanhold
