#include "src/net/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/mutex.h"
#include "tests/net/socket_client.h"
#include "tests/support/status_is.h"

namespace spanhold::net {
namespace {

using testing::HasSubstr;

constexpr auto kPatience = std::chrono::seconds(20);

config::Endpoint On(const std::string& host, uint16_t port = 0) {
  config::Endpoint endpoint;
  endpoint.host = host;
  endpoint.port = port;
  return endpoint;
}

config::Endpoint UnixSocket(const std::string& name) {
  config::Endpoint endpoint;
  endpoint.scheme = "unix";
  endpoint.path = testing::TempDir() + name + "." + std::to_string(getpid());
  return endpoint;
}

bool HasIpv6() {
  EventLoop loop("test", 1);
  Listener listener({.name = "test", .endpoint = On("::1")}, loop);
  return listener.Start([](int, const std::string&) {}).ok();
}

// Keeps what a listener hands out.
class Connections {
 public:
  ~Connections() { CloseAll(); }

  Listener::OnConnection Callback() {
    return [this](int fd, std::string peer) {
      const MutexLock lock(mutex_);
      fds_.push_back(fd);
      peers_.push_back(std::move(peer));
      changed_.NotifyAll();
    };
  }

  // Whether `count` have come before patience ends.
  bool WaitFor(size_t count) {
    const Deadline deadline = SystemClock().Now() + kPatience;
    const MutexLock lock(mutex_);
    while (peers_.size() < count && SystemClock().Now() < deadline) {
      changed_.WaitUntil(mutex_, deadline);
    }
    return peers_.size() >= count;
  }

  size_t count() {
    const MutexLock lock(mutex_);
    return peers_.size();
  }
  int fd(size_t index) {
    const MutexLock lock(mutex_);
    return fds_[index];
  }
  std::string peer(size_t index) {
    const MutexLock lock(mutex_);
    return peers_[index];
  }
  void CloseAll() {
    const MutexLock lock(mutex_);
    for (const int fd : fds_) {
      close(fd);
    }
    fds_.clear();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<int> fds_;
  std::vector<std::string> peers_;
};

class ListenerTest : public testing::Test {
 protected:
  ListenerTest() { loop_.Start(); }

  std::unique_ptr<Listener> Make(config::Endpoint endpoint) {
    return std::make_unique<Listener>(
        Listener::Options{.name = "otlp", .endpoint = std::move(endpoint)}, loop_);
  }

  EventLoop loop_{"test-accept", 1};
  Connections connections_;
};

TEST_F(ListenerTest, HandsOverAConnectionThatIsReadyForUse) {
  auto listener = Make(On("127.0.0.1"));
  ASSERT_THAT(listener->Start(connections_.Callback()), IsOk());

  const SocketClient client(listener->bound_endpoint());

  ASSERT_TRUE(connections_.WaitFor(1));
  EXPECT_THAT(connections_.peer(0), testing::StartsWith("127.0.0.1:"));
  const int fd = connections_.fd(0);
  EXPECT_NE(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  int no_delay = 0;
  socklen_t size = sizeof(no_delay);
  getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
  EXPECT_NE(no_delay, 0);
}

TEST_F(ListenerTest, PortZeroIsAnyFreeOneAndTold) {
  auto listener = Make(On("127.0.0.1"));
  ASSERT_THAT(listener->Start(connections_.Callback()), IsOk());

  EXPECT_NE(listener->bound_endpoint().port, 0);
  EXPECT_EQ(listener->bound_endpoint().host, "127.0.0.1");
}

TEST_F(ListenerTest, LocalhostIsBothLoopbackAddresses) {
  if (!HasIpv6()) {
    GTEST_SKIP() << "no IPv6 here";
  }
  auto listener = Make(On("localhost"));
  ASSERT_THAT(listener->Start(connections_.Callback()), IsOk());
  const uint16_t port = listener->bound_endpoint().port;

  const SocketClient v4(On("127.0.0.1", port));
  const SocketClient v6(On("::1", port));

  EXPECT_TRUE(v4.connected());
  EXPECT_TRUE(v6.connected());
  EXPECT_TRUE(connections_.WaitFor(2));
}

TEST_F(ListenerTest, NoHostIsEveryInterfaceOfBothFamilies) {
  auto listener = Make(On(""));
  ASSERT_THAT(listener->Start(connections_.Callback()), IsOk());
  const uint16_t port = listener->bound_endpoint().port;

  const SocketClient v4(On("127.0.0.1", port));
  EXPECT_TRUE(v4.connected());
  if (HasIpv6()) {
    const SocketClient v6(On("::1", port));
    EXPECT_TRUE(v6.connected());
  }
}

TEST_F(ListenerTest, ATakenPortIsAnErrorThatSaysWhatToDo) {
  auto first = Make(On("localhost"));
  ASSERT_THAT(first->Start(connections_.Callback()), IsOk());
  const uint16_t port = first->bound_endpoint().port;
  auto second = Make(On("localhost", port));

  EXPECT_THAT(second->Start(connections_.Callback()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "cannot listen on localhost:" + std::to_string(port) +
                           ": address already in use; stop the program that listens there "
                           "(`ss -ltnp` shows it) or choose another port"));
}

TEST_F(ListenerTest, ThePortIsFreeAgainAfterStopEvenIfConnectionsLinger) {
  auto first = Make(On("127.0.0.1"));
  ASSERT_THAT(first->Start(connections_.Callback()), IsOk());
  const uint16_t port = first->bound_endpoint().port;
  const SocketClient client(first->bound_endpoint());
  ASSERT_TRUE(connections_.WaitFor(1));

  first->Stop();
  connections_.CloseAll();
  auto second = Make(On("127.0.0.1", port));

  EXPECT_THAT(second->Start(connections_.Callback()), IsOk());
}

TEST_F(ListenerTest, AHostThatIsNotOursIsAnError) {
  auto listener = Make(On("192.0.2.1", 4318));  // TEST-NET-1: nobody's

  EXPECT_THAT(listener->Start(connections_.Callback()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("use localhost, 0.0.0.0 or an address that this machine has")));
}

TEST_F(ListenerTest, ListensOnAUnixSocketAndRemovesItOnStop) {
  const config::Endpoint endpoint = UnixSocket("listener");
  auto listener = Make(endpoint);
  ASSERT_THAT(listener->Start(connections_.Callback()), IsOk());

  const SocketClient client(endpoint);
  EXPECT_TRUE(connections_.WaitFor(1));
  EXPECT_EQ(connections_.peer(0), "unix");

  listener->Stop();
  EXPECT_NE(access(endpoint.path.c_str(), F_OK), 0);
  EXPECT_NE(access((endpoint.path + ".lock").c_str(), F_OK), 0);
}

TEST_F(ListenerTest, ALiveUnixSocketIsRefused) {
  const config::Endpoint endpoint = UnixSocket("live");
  auto first = Make(endpoint);
  ASSERT_THAT(first->Start(connections_.Callback()), IsOk());
  auto second = Make(endpoint);

  EXPECT_THAT(
      second->Start(connections_.Callback()),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("another process listens there")));
  EXPECT_TRUE(SocketClient(endpoint).connected());
}

// Binds `path` as a program would that knows nothing of our lock file.
int BindForeign(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  path.copy(un.sun_path, sizeof(un.sun_path) - 1);
  EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&un), sizeof(un)), 0);
  EXPECT_EQ(listen(fd, 1), 0);
  return fd;
}

TEST_F(ListenerTest, AnotherProgramsLiveUnixSocketIsRefused) {
  const config::Endpoint endpoint = UnixSocket("foreign");
  const int foreign = BindForeign(endpoint.path);
  auto listener = Make(endpoint);

  EXPECT_THAT(
      listener->Start(connections_.Callback()),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("another process listens there")));
  close(foreign);
  unlink(endpoint.path.c_str());
}

TEST_F(ListenerTest, AStaleUnixSocketIsReplaced) {
  const config::Endpoint endpoint = UnixSocket("stale");
  close(BindForeign(endpoint.path));
  auto listener = Make(endpoint);

  ASSERT_THAT(listener->Start(connections_.Callback()), IsOk());

  EXPECT_TRUE(SocketClient(endpoint).connected());
}

TEST_F(ListenerTest, AnotherFileAtTheUnixPathIsLeftAlone) {
  const config::Endpoint endpoint = UnixSocket("file");
  close(open(endpoint.path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  auto listener = Make(endpoint);

  EXPECT_THAT(listener->Start(connections_.Callback()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("no socket")));
  EXPECT_EQ(unlink(endpoint.path.c_str()), 0);
}

TEST_F(ListenerTest, AtTheConnectionLimitNewcomersWaitUntilOneEnds) {
  std::promise<void> paused;
  std::atomic<bool> told{false};
  Listener listener({.name = "otlp",
                     .endpoint = On("127.0.0.1"),
                     .max_connections = 2,
                     .on_pause =
                         [&] {
                           if (!told.exchange(true)) {
                             paused.set_value();
                           }
                         }},
                    loop_);
  ASSERT_THAT(listener.Start(connections_.Callback()), IsOk());
  const SocketClient first(listener.bound_endpoint());
  const SocketClient second(listener.bound_endpoint());
  const SocketClient third(listener.bound_endpoint());
  ASSERT_EQ(paused.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(connections_.count(), 2U);

  connections_.CloseAll();

  EXPECT_TRUE(connections_.WaitFor(3));
}

TEST_F(ListenerTest, GoesOnWhenDescriptorsAreFreeAgain) {
  std::promise<void> paused;
  std::atomic<bool> told{false};
  Listener listener({.name = "otlp",
                     .endpoint = On("127.0.0.1"),
                     .on_pause =
                         [&] {
                           if (!told.exchange(true)) {
                             paused.set_value();
                           }
                         }},
                    loop_);
  ASSERT_THAT(listener.Start(connections_.Callback()), IsOk());
  const SocketClient client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  // From here on no descriptor above those already open can be had.
  const rlimit none{static_cast<rlim_t>(dup(0)), before.rlim_max};
  close(static_cast<int>(none.rlim_cur));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);

  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(listener.bound_endpoint().port);
  EXPECT_EQ(connect(client.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  const auto waited = paused.get_future().wait_for(kPatience);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);

  EXPECT_EQ(waited, std::future_status::ready);
  EXPECT_TRUE(connections_.WaitFor(1));
}

TEST_F(ListenerTest, StopsWithoutStartAndTwice) {
  auto listener = Make(On("127.0.0.1"));
  listener->Stop();
  listener->Stop();
}

TEST_F(ListenerTest, RefusesConnectionsAfterStop) {
  auto listener = Make(On("127.0.0.1"));
  ASSERT_THAT(listener->Start(connections_.Callback()), IsOk());

  listener->Stop();

  EXPECT_FALSE(SocketClient(listener->bound_endpoint()).connected());
}

}  // namespace
}  // namespace spanhold::net
