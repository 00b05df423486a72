#include "src/net/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <list>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <absl/strings/str_cat.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "src/core/clock.h"
#include "src/core/log.h"
#include "src/core/mutex.h"
#include "src/net/listen_socket.h"

namespace spanhold::net {

namespace asio = boost::asio;

namespace {

// Short enough for a client to wait through, long enough to cost nothing.
constexpr Duration kPause = std::chrono::milliseconds(100);

// Connections taken per wake, so that two endpoints of one loop share it.
constexpr int kAcceptBurst = 64;

// A descriptor handed out, told from a later one of the same number by its inode.
struct HandedOut {
  int fd = -1;
  ino_t inode = 0;

  bool IsOpen() const {
    struct stat info {};
    return fstat(fd, &info) == 0 && info.st_ino == inode;
  }
};

std::string PeerName(const sockaddr_storage& address, socklen_t size) {
  if (address.ss_family == AF_UNIX) {
    return "unix";
  }
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host, sizeof(host), port,
                  sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "unknown";
  }
  return address.ss_family == AF_INET6 ? absl::StrCat("[", host, "]:", port)
                                       : absl::StrCat(host, ":", port);
}

// A connection, or why there is none.
struct Accepted {
  UniqueFd fd;
  std::string peer;
  int error = 0;
  bool at_limit = false;
};

Accepted Accept(int listening) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  UniqueFd fd(accept4(listening, reinterpret_cast<sockaddr*>(&address), &size,
                      SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd.valid()) {
    return {UniqueFd(), "", errno, false};
  }
  if (address.ss_family != AF_UNIX) {
    const int on = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  return {std::move(fd), PeerName(address, size), 0, false};
}

// Errors of accept() that concern the one connection, or none (accept(2), "Error handling").
bool IsPassing(int error) {
  return error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM;
}

}  // namespace

struct Listener::Impl : std::enable_shared_from_this<Impl> {
  Impl(Options o, EventLoop& l) : options(std::move(o)), loop(l) {}

  // Waits until a connection is there.
  void Wait(asio::posix::stream_descriptor& socket) {
    const MutexLock lock(mutex);
    if (stopped) {
      return;
    }
    socket.async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this(), &socket](const boost::system::error_code& error) {
                        if (!error) {
                          self->AcceptAll(socket);
                        }
                      });
  }

  void AcceptAll(asio::posix::stream_descriptor& socket) {
    for (int i = 0; i < kAcceptBurst; ++i) {
      Accepted accepted = TakeOne(socket);
      if (accepted.fd.valid()) {
        on_connection(accepted.fd.Release(), std::move(accepted.peer));
        Returned();
        continue;
      }
      if (accepted.error == EAGAIN) {
        break;
      }
      if (accepted.at_limit || !IsPassing(accepted.error)) {
        Pause(socket, accepted);
        return;
      }
    }
    Wait(socket);
  }

  // With a descriptor in the result a callback is under way: Returned() must follow.
  Accepted TakeOne(asio::posix::stream_descriptor& socket) {
    const MutexLock lock(mutex);
    if (stopped) {
      return {UniqueFd(), "", EAGAIN, false};
    }
    if (AtLimit()) {
      return {UniqueFd(), "", 0, true};
    }
    Accepted accepted = Accept(socket.native_handle());
    if (accepted.fd.valid()) {
      struct stat info {};
      fstat(accepted.fd.get(), &info);
      handed_out.push_back({accepted.fd.get(), info.st_ino});
      ++callbacks;
    }
    return accepted;
  }

  void Returned() {
    const MutexLock lock(mutex);
    --callbacks;
    idle.NotifyAll();
  }

  bool AtLimit() SPANHOLD_REQUIRES(mutex) {
    if (handed_out.size() >= options.max_connections) {
      std::erase_if(handed_out, [](const HandedOut& each) { return !each.IsOpen(); });
    }
    return handed_out.size() >= options.max_connections;
  }

  void Pause(asio::posix::stream_descriptor& socket, const Accepted& why) {
    if (options.on_pause) {
      options.on_pause();
    }
    if (why.at_limit) {
      log.Log(LogLevel::kWarn, options.name, "too many connections, new ones wait until others end",
              {{"endpoint", bound.Authority()}, {"limit", options.max_connections}});
    } else {
      log.Log(
          LogLevel::kError, options.name,
          "cannot accept connections for now; a higher limit of open files (ulimit -n) helps",
          {{"endpoint", bound.Authority()}, {"error", std::generic_category().message(why.error)}});
    }
    loop.Schedule(clock.Now() + kPause,
                  [self = shared_from_this(), &socket] { self->Wait(socket); });
  }

  // Constant after construction, and after Start().
  const Options options;
  EventLoop& loop;
  OnConnection on_connection;
  config::Endpoint bound;
  const SystemClock clock;  // the loop's
  LogLimiter log{clock};

  Mutex mutex;
  CondVar idle;
  std::list<asio::posix::stream_descriptor> sockets SPANHOLD_GUARDED_BY(mutex);
  std::optional<UnixPathLock> unix_lock SPANHOLD_GUARDED_BY(mutex);
  std::vector<HandedOut> handed_out SPANHOLD_GUARDED_BY(mutex);
  int callbacks SPANHOLD_GUARDED_BY(mutex) = 0;
  bool stopped SPANHOLD_GUARDED_BY(mutex) = false;
};

Listener::Listener(Options options, EventLoop& loop)
    : impl_(std::make_shared<Impl>(std::move(options), loop)) {}

Listener::~Listener() {
  Stop();
}

Status Listener::Start(OnConnection on_connection) {
  SPANHOLD_ASSIGN_OR_RETURN(ListenSockets listening, Listen(impl_->options.endpoint));
  impl_->on_connection = std::move(on_connection);
  impl_->bound = std::move(listening.bound);
  std::vector<asio::posix::stream_descriptor*> sockets;
  {
    const MutexLock lock(impl_->mutex);
    if (listening.unix_lock) {
      impl_->unix_lock.emplace(*std::move(listening.unix_lock));
    }
    for (UniqueFd& fd : listening.sockets) {
      sockets.push_back(&impl_->sockets.emplace_back(impl_->loop.context(), fd.Release()));
    }
  }
  for (asio::posix::stream_descriptor* socket : sockets) {
    impl_->Wait(*socket);
  }
  Log(LogLevel::kInfo, impl_->options.name, "listening", {{"endpoint", impl_->bound.Authority()}});
  return absl::OkStatus();
}

void Listener::Stop() {
  const MutexLock lock(impl_->mutex);
  impl_->stopped = true;
  for (asio::posix::stream_descriptor& socket : impl_->sockets) {
    boost::system::error_code ignored;
    socket.close(ignored);
  }
  impl_->unix_lock.reset();
  while (impl_->callbacks > 0) {
    impl_->idle.Wait(impl_->mutex);
  }
}

const config::Endpoint& Listener::bound_endpoint() const {
  return impl_->bound;
}

}  // namespace spanhold::net
