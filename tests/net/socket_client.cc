#include "tests/net/socket_client.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace spanhold::net {
namespace {

int ConnectUnix(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  path.copy(un.sun_path, sizeof(un.sun_path) - 1);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&un), sizeof(un)) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

int ConnectTcp(const config::Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST;
  const bool local = endpoint.host.empty() || endpoint.host == "localhost";
  addrinfo* found = nullptr;
  if (getaddrinfo(local ? "127.0.0.1" : endpoint.host.c_str(),
                  std::to_string(endpoint.port).c_str(), &hints, &found) != 0) {
    return -1;
  }
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
    close(fd);
    fd = -1;
  }
  freeaddrinfo(found);
  return fd;
}

size_t ContentLength(std::string_view head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const size_t at = head.find(kName);
  return at == std::string_view::npos ? 0 : std::stoul(std::string(head.substr(at + kName.size())));
}

}  // namespace

SocketClient::SocketClient(const config::Endpoint& endpoint)
    : SocketClient(endpoint.is_unix() ? ConnectUnix(endpoint.path) : ConnectTcp(endpoint)) {}

SocketClient::SocketClient(int fd) : fd_(fd) {
  timeval patience{};
  patience.tv_sec = 20;
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

SocketClient::~SocketClient() {
  Close();
}

void SocketClient::Close() {
  if (fd_ >= 0) {
    close(std::exchange(fd_, -1));
  }
}

bool SocketClient::Write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

void SocketClient::ShutdownWrite() const {
  shutdown(fd_, SHUT_WR);
}

bool SocketClient::ReadSome() {
  char piece[16384];
  const ssize_t count = recv(fd_, piece, sizeof(piece), 0);
  if (count <= 0) {
    return false;
  }
  buffer_.append(piece, static_cast<size_t>(count));
  return true;
}

std::string SocketClient::ReadUntil(std::string_view end) {
  size_t at = buffer_.find(end);
  while (at == std::string::npos && ReadSome()) {
    at = buffer_.find(end);
  }
  return ReadBytes(at == std::string::npos ? buffer_.size() : at + end.size());
}

std::string SocketClient::ReadBytes(size_t count) {
  while (buffer_.size() < count && ReadSome()) {
  }
  std::string result = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return result;
}

std::string SocketClient::ReadResponse() {
  std::string head = ReadUntil("\r\n\r\n");
  return head + ReadBytes(ContentLength(head));
}

std::string SocketClient::ReadToEnd() {
  while (ReadSome()) {
  }
  return std::exchange(buffer_, {});
}

}  // namespace spanhold::net
