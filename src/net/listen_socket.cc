#include "src/net/listen_socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <system_error>

#include <absl/strings/str_cat.h>

namespace spanhold::net {
namespace {

// The kernel caps it at net.core.somaxconn.
constexpr int kBacklog = 4096;

// How often a port chosen by the kernel for one address may turn out taken on the next one.
constexpr int kPortAttempts = 16;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  bool dual_stack = false;
};

const sockaddr* Generic(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address.storage);
}

std::string_view WhatToDo(int error) {
  switch (error) {
    case EADDRINUSE:
      return "; stop the program that listens there (`ss -ltnp` shows it) or choose another port";
    case EACCES:
      return "; ports below 1024 need the capability CAP_NET_BIND_SERVICE, a socket's folder must "
             "be "
             "writable";
    case EADDRNOTAVAIL:
      return "; use localhost, 0.0.0.0 or an address that this machine has";
    default:
      return "";
  }
}

std::string ErrorText(int error) {
  std::string text = std::generic_category().message(error);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

Status CannotListen(const config::Endpoint& endpoint, int error) {
  return absl::FailedPreconditionError(absl::StrCat("cannot listen on ", endpoint.Authority(), ": ",
                                                    ErrorText(error),
                                                    std::string(WhatToDo(error))));
}

Address Ipv4(in_addr_t host, uint16_t port) {
  Address address;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(host);
  v4.sin_port = htons(port);
  std::memcpy(&address.storage, &v4, sizeof(v4));
  address.size = sizeof(v4);
  return address;
}

Address Ipv6(const in6_addr& host, uint16_t port) {
  Address address;
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = host;
  v6.sin6_port = htons(port);
  std::memcpy(&address.storage, &v6, sizeof(v6));
  address.size = sizeof(v6);
  return address;
}

void SetPort(Address& address, uint16_t port) {
  // The port stands at the same place in both families.
  sockaddr_in v4{};
  std::memcpy(&v4, &address.storage, sizeof(v4));
  v4.sin_port = htons(port);
  std::memcpy(&address.storage, &v4, sizeof(v4));
}

StatusOr<std::vector<Address>> Resolve(const config::Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found);
  if (error != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot listen on ", endpoint.Authority(), ": ", gai_strerror(error),
                     "; use localhost, 0.0.0.0 or an address that this machine has"));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  std::vector<Address> addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    Address address;
    std::memcpy(&address.storage, info->ai_addr, info->ai_addrlen);
    address.size = info->ai_addrlen;
    addresses.push_back(address);
  }
  return addresses;
}

// "localhost" is not asked of the resolver: RFC 6761 section 6.3 makes it the loopback addresses.
StatusOr<std::vector<Address>> AddressesOf(const config::Endpoint& endpoint) {
  if (endpoint.host == "localhost") {
    return std::vector<Address>{Ipv4(INADDR_LOOPBACK, endpoint.port),
                                Ipv6(in6addr_loopback, endpoint.port)};
  }
  if (endpoint.host.empty() || endpoint.host == "::") {
    Address any = Ipv6(in6addr_any, endpoint.port);
    any.dual_stack = true;
    return std::vector<Address>{any};
  }
  return Resolve(endpoint);
}

// The socket, or an errno.
struct Opened {
  UniqueFd fd;
  int error = 0;
};

Opened Open(const Address& address) {
  UniqueFd fd(socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) {
    return {UniqueFd(), errno};
  }
  // A restart must not wait for the last run's connections in TIME_WAIT. On Linux this never lets
  // two sockets listen on one port; SO_REUSEPORT would.
  const int on = 1;
  const int v6_only = address.dual_stack ? 0 : 1;
  if (setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
      (address.storage.ss_family == AF_INET6 &&
       setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof(v6_only)) != 0) ||
      bind(fd.get(), Generic(address), address.size) != 0 || listen(fd.get(), kBacklog) != 0) {
    return {UniqueFd(), errno};
  }
  return {std::move(fd), 0};
}

uint16_t BoundPort(const UniqueFd& fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  getsockname(fd.get(), reinterpret_cast<sockaddr*>(&storage), &size);
  sockaddr_in v4{};
  std::memcpy(&v4, &storage, sizeof(v4));
  return ntohs(v4.sin_port);
}

bool IsMissingFamily(int error) {
  return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

// One socket for each address, all with one port. Returns an errno.
int OpenAll(std::vector<Address> addresses, ListenSockets& out) {
  int error = EADDRNOTAVAIL;
  out.sockets.clear();
  for (Address& address : addresses) {
    if (out.bound.port != 0) {
      SetPort(address, out.bound.port);
    }
    Opened opened = Open(address);
    if (opened.error != 0) {
      error = opened.error;
      if (IsMissingFamily(error)) {
        continue;
      }
      return error;
    }
    out.bound.port = BoundPort(opened.fd);
    out.sockets.push_back(std::move(opened.fd));
  }
  return out.sockets.empty() ? error : 0;
}

StatusOr<ListenSockets> ListenTcp(const config::Endpoint& endpoint) {
  SPANHOLD_ASSIGN_OR_RETURN(std::vector<Address> addresses, AddressesOf(endpoint));
  ListenSockets result;
  int error = 0;
  for (int attempt = 0; attempt < kPortAttempts; ++attempt) {
    result.bound = endpoint;
    error = OpenAll(addresses, result);
    if (error == 0) {
      return result;
    }
    if (IsMissingFamily(error) && addresses[0].dual_stack) {
      addresses = {Ipv4(INADDR_ANY, endpoint.port)};  // a machine without IPv6
    } else if (endpoint.port != 0 || error != EADDRINUSE) {
      break;
    }
  }
  return CannotListen(endpoint, error);
}

// `path` as a socket address; nothing when it is too long for one.
std::optional<Address> UnixAddress(const std::string& path) {
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(un.sun_path)) {
    return std::nullopt;
  }
  std::memcpy(un.sun_path, path.data(), path.size());
  Address address;
  std::memcpy(&address.storage, &un, sizeof(un));
  address.size = sizeof(un);
  return address;
}

StatusOr<ListenSockets> ListenUnix(const config::Endpoint& endpoint) {
  const std::optional<Address> address = UnixAddress(endpoint.path);
  if (!address) {
    return CannotListen(endpoint, ENAMETOOLONG);
  }
  SPANHOLD_ASSIGN_OR_RETURN(UnixPathLock lock, UnixPathLock::Acquire(endpoint.path));
  Opened opened = Open(*address);
  if (opened.error != 0) {
    return CannotListen(endpoint, opened.error);
  }
  ListenSockets result;
  result.bound = endpoint;
  result.sockets.push_back(std::move(opened.fd));
  result.unix_lock.emplace(std::move(lock));
  return result;
}

// Whether somebody accepts connections at the socket `path`.
bool IsAlive(const std::string& path) {
  const std::optional<Address> address = UnixAddress(path);
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  return address && fd.valid() &&
         (connect(fd.get(), Generic(*address), address->size) == 0 || errno == EAGAIN);
}

Status PathInUse(const std::string& path) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot listen on unix:", path,
                   ": another process listens there; stop it or choose another path"));
}

// Removes what a process that is gone left at `path`.
Status RemoveStale(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) {
    return absl::OkStatus();
  }
  if (!S_ISSOCK(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot listen on unix:", path,
                     ": a file that is no socket is there; remove it or choose another path"));
  }
  // Also somebody who does not know our lock.
  if (IsAlive(path)) {
    return PathInUse(path);
  }
  unlink(path.c_str());
  return absl::OkStatus();
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  UniqueFd old(std::exchange(fd_, std::exchange(other.fd_, -1)));
  return *this;
}

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

StatusOr<UnixPathLock> UnixPathLock::Acquire(std::string path) {
  const std::string lock_path = path + ".lock";
  for (;;) {
    UniqueFd lock(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!lock.valid()) {
      const int error = errno;
      return absl::FailedPreconditionError(
          absl::StrCat("cannot listen on unix:", path, ": ", lock_path, ": ", ErrorText(error)));
    }
    if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
      return PathInUse(path);
    }
    struct stat info {};
    if (fstat(lock.get(), &info) != 0 || info.st_nlink == 0) {
      continue;  // its last holder has just removed the file: the lock is on nothing
    }
    SPANHOLD_RETURN_IF_ERROR(RemoveStale(path));
    return UnixPathLock(std::move(path), std::move(lock));
  }
}

UnixPathLock::~UnixPathLock() {
  if (lock_.valid()) {
    unlink(path_.c_str());
    unlink((path_ + ".lock").c_str());
  }
}

StatusOr<ListenSockets> Listen(const config::Endpoint& endpoint) {
  return endpoint.is_unix() ? ListenUnix(endpoint) : ListenTcp(endpoint);
}

}  // namespace spanhold::net
