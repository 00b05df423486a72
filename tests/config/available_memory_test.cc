#include "src/config/available_memory.h"

#include <filesystem>
#include <fstream>
#include <string_view>

#include <gtest/gtest.h>

namespace spanhold::config {
namespace {

namespace fs = std::filesystem;

// A file system with just these files, removed at the end.
class FakeRoot {
 public:
  FakeRoot()
      : path_(testing::TempDir() + "/" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + "/") {
    fs::create_directories(path_);
  }
  ~FakeRoot() { fs::remove_all(path_); }
  FakeRoot(const FakeRoot&) = delete;
  FakeRoot& operator=(const FakeRoot&) = delete;

  void Write(const std::string& file, std::string_view text) const {
    fs::create_directories(fs::path(path_ + file).parent_path());
    std::ofstream(path_ + file) << text;
  }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

TEST(AvailableMemoryTest, WithoutLimitsItIsTheMachines) {
  const FakeRoot root;
  root.Write("proc/self/cgroup", "0::/\n");
  root.Write("sys/fs/cgroup/memory.max", "max\n");

  EXPECT_GT(AvailableMemory(root.path()), uint64_t{64} << 20U);
}

TEST(AvailableMemoryTest, SmallestCgroupOnTheWayUpWins) {
  const FakeRoot root;
  root.Write("proc/self/cgroup", "0::/a/b\n");
  root.Write("sys/fs/cgroup/a/b/memory.max", "max\n");
  root.Write("sys/fs/cgroup/a/memory.max", "1048576\n");

  EXPECT_EQ(AvailableMemory(root.path()), 1048576);
}

TEST(AvailableMemoryTest, ContainerSeesItsGroupAsTheRoot) {
  const FakeRoot root;
  root.Write("proc/self/cgroup", "0::/not/visible/here\n");
  root.Write("sys/fs/cgroup/memory.max", "2097152\n");

  EXPECT_EQ(AvailableMemory(root.path()), 2097152);
}

TEST(AvailableMemoryTest, KnowsTheFirstVersionOfCgroups) {
  const FakeRoot root;
  root.Write("proc/self/cgroup", "9:memory:/a\n1:name=systemd:/x\n");
  root.Write("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "4194304\n");
  root.Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");

  EXPECT_EQ(AvailableMemory(root.path()), 4194304);
}

}  // namespace
}  // namespace spanhold::config
