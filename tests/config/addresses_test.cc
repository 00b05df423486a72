#include "src/config/addresses.h"

#include <gmock/gmock.h>

namespace spanhold::config {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

Address At(const std::string& text, int line) {
  return {"path" + std::to_string(line), text, ParseEndpoint(text).value(), {"a.yaml", line, 1}};
}

std::vector<std::string> Check(const std::vector<std::string>& listeners,
                               const std::vector<std::string>& senders) {
  std::vector<Address> listen;
  std::vector<Address> send;
  int line = 0;
  for (const std::string& text : listeners) {
    listen.push_back(At(text, ++line));
  }
  for (const std::string& text : senders) {
    send.push_back(At(text, ++line));
  }
  Report report;
  CheckAddresses(listen, send, report);
  return report.Errors();
}

TEST(AddressesTest, OnePortIsForOneListener) {
  EXPECT_THAT(Check({"localhost:1", "localhost:1"}, {}),
              testing::ElementsAre("a.yaml:2: path2: \"localhost:1\" is taken by path1"));
  for (const std::string other :
       {"127.0.0.1:1", "[::1]:1", "0.0.0.0:1", ":1", "[::]:1", "LocalHost:1"}) {
    EXPECT_THAT(Check({"localhost:1", other}, {}), SizeIs(1)) << other;
    EXPECT_THAT(Check({other, "localhost:1"}, {}), SizeIs(1)) << other;
  }
  EXPECT_THAT(Check({"unix:/a", "unix:///a"}, {}), SizeIs(1));
}

TEST(AddressesTest, DifferentListenersAreFine) {
  EXPECT_THAT(Check({"localhost:1", "localhost:2", "127.0.0.2:1", "10.0.0.1:1", "unix:/a",
                     "unix:/b", "other:1"},
                    {}),
              IsEmpty());
  EXPECT_THAT(Check({"127.0.0.1:1", "[::1]:1"}, {}), IsEmpty());
  EXPECT_THAT(Check({"localhost:0", "localhost:0"}, {}), IsEmpty());
}

TEST(AddressesTest, NoExporterSendsToAnOwnListener) {
  EXPECT_THAT(
      Check({"localhost:1"}, {"http://localhost:1/v1/traces"}),
      testing::ElementsAre("a.yaml:2: path2: \"http://localhost:1/v1/traces\" is this daemon's own "
                           "listener, path1; spans would go round in circles"));
  for (const std::string sender : {"127.0.0.1:1", "[::1]:1", "0.0.0.0:1", "https://LOCALHOST:1",
                                   "grpc://localhost:1", "dns:///localhost:1"}) {
    EXPECT_THAT(Check({"localhost:1"}, {sender}), SizeIs(1)) << sender;
  }
  for (const std::string sender : {"localhost:1", "127.0.0.9:1", "[::1]:1"}) {
    EXPECT_THAT(Check({"0.0.0.0:1"}, {sender}), SizeIs(1)) << sender;
  }
  EXPECT_THAT(Check({"myhost:1"}, {"myhost:1"}), SizeIs(1));
  EXPECT_THAT(Check({"unix:/a"}, {"unix:/a"}), SizeIs(1));
}

TEST(AddressesTest, OtherReceiversAreFine) {
  EXPECT_THAT(Check({"localhost:1", "unix:/a"},
                    {"backend:1", "localhost:2", "unix:/b", "127.0.0.2:1", "10.0.0.1:1"}),
              IsEmpty());
  EXPECT_THAT(Check({"0.0.0.0:1"}, {"backend:1", "10.0.0.1:1"}), IsEmpty());
}

}  // namespace
}  // namespace spanhold::config
