#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "src/config/endpoint.h"

namespace spanhold::net {

// A blocking client socket for tests. Reads give up after 20 s, which fails the test that waits.
class SocketClient {
 public:
  // Connects, to 127.0.0.1 where the host says "localhost" or nothing.
  explicit SocketClient(const config::Endpoint& endpoint);
  // Takes over a connected socket.
  explicit SocketClient(int fd);
  ~SocketClient();
  SocketClient(const SocketClient&) = delete;
  SocketClient& operator=(const SocketClient&) = delete;

  bool connected() const { return fd_ >= 0; }
  int fd() const { return fd_; }

  // False when the peer has closed.
  bool Write(std::string_view bytes) const;
  void ShutdownWrite() const;
  void Close();

  // Up to and including `end`; what came before the end of the stream if it never does.
  std::string ReadUntil(std::string_view end);
  std::string ReadBytes(size_t count);
  // One HTTP response with a Content-Length, head and body; "" at the end of the stream.
  std::string ReadResponse();
  std::string ReadToEnd();

 private:
  bool ReadSome();

  int fd_ = -1;
  std::string buffer_;
};

}  // namespace spanhold::net
