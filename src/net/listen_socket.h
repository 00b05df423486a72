#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/config/endpoint.h"
#include "src/core/status.h"

namespace spanhold::net {

// An open file descriptor; closed with it.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd();

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// The right to a unix socket's path: a lock on "<path>.lock", which the kernel drops with the
// process, so a socket left behind by a crash is told from a live one. Both files go with it.
class UnixPathLock {
 public:
  // Removes a stale socket. kFailedPrecondition: somebody listens there, or it is another file.
  static StatusOr<UnixPathLock> Acquire(std::string path);

  UnixPathLock(UnixPathLock&& other) noexcept
      : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}
  UnixPathLock& operator=(UnixPathLock&&) = delete;
  UnixPathLock(const UnixPathLock&) = delete;
  UnixPathLock& operator=(const UnixPathLock&) = delete;
  ~UnixPathLock();

 private:
  UnixPathLock(std::string path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  UniqueFd lock_;
};

// The sockets of one endpoint, listening, non-blocking.
struct ListenSockets {
  std::vector<UniqueFd> sockets;
  config::Endpoint bound;                 // with the port the kernel chose where 0 was asked for
  std::optional<UnixPathLock> unix_lock;  // after `sockets`: dropped before them
};

// Listens on `endpoint`, exclusively: "localhost" is 127.0.0.1 and ::1, an empty host and "::" are
// every interface of both families, any other name is each address it resolves to. An address
// family that this machine lacks is left out as long as another one is there.
//
// An error is one line that names the endpoint, what is wrong and what to do.
StatusOr<ListenSockets> Listen(const config::Endpoint& endpoint);

}  // namespace spanhold::net
