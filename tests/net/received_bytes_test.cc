#include "src/net/received_bytes.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include <gtest/gtest.h>

namespace spanhold::net {
namespace {

// Two ends of a TCP connection.
struct Connection {
  Connection() {
    const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(listening, any, size), 0);
    EXPECT_EQ(listen(listening, 1), 0);
    EXPECT_EQ(getsockname(listening, any, &size), 0);
    client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(connect(client, any, size), 0);
    server = accept(listening, nullptr, nullptr);
    close(listening);
  }
  ~Connection() {
    close(client);
    close(server);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int client = -1;
  int server = -1;
};

TEST(ReceivedBytesTest, CountsWhatHasComeAlsoBeforeItIsRead) {
  const Connection connection;
  EXPECT_EQ(ReceivedBytes(connection.server), 0U);

  ASSERT_EQ(send(connection.client, "request", 7, 0), 7);
  char byte = 0;
  ASSERT_EQ(recv(connection.server, &byte, 1, 0), 1);  // it is there

  EXPECT_EQ(ReceivedBytes(connection.server), 7U);
}

TEST(ReceivedBytesTest, KnowsNothingOfOtherSockets) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);

  EXPECT_EQ(ReceivedBytes(ends[0]), std::nullopt);
  EXPECT_EQ(ReceivedBytes(-1), std::nullopt);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace spanhold::net
