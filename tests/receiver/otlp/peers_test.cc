#include "src/receiver/otlp/peers.h"

#include <gtest/gtest.h>

namespace spanhold::otlp_receiver {
namespace {

TEST(PeersTest, NamesAConnectionByItsDescriptor) {
  Peers peers;
  peers.Set(12, "127.0.0.1:51234");
  peers.Set(7, "unix");

  EXPECT_EQ(peers.Of("fd:12"), "127.0.0.1:51234");
  EXPECT_EQ(peers.Of("fd:7"), "unix");
}

TEST(PeersTest, TheLastToHaveADescriptorHasIt) {
  Peers peers;
  peers.Set(12, "127.0.0.1:51234");
  peers.Set(12, "127.0.0.1:51235");

  EXPECT_EQ(peers.Of("fd:12"), "127.0.0.1:51235");
}

TEST(PeersTest, KeepsAnyOtherName) {
  const Peers peers;

  EXPECT_EQ(peers.Of("fd:3"), "fd:3");
  EXPECT_EQ(peers.Of("ipv4:127.0.0.1:51234"), "ipv4:127.0.0.1:51234");
}

}  // namespace
}  // namespace spanhold::otlp_receiver
