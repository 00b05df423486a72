#include "src/config/file.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "src/config/node.h"
#include "tests/support/temp_directory.h"

namespace spanhold::config {
namespace {

std::string ReadBack(const std::string& content) {
  const TempDirectory directory;
  const std::string path = directory.File("file");
  std::ofstream(path, std::ios::binary) << content;
  return ReadFile(path).value();
}

std::string Text(size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i) {
    text += static_cast<char>('a' + i % 26);
  }
  return text;
}

TEST(FileTest, ReadsAllOfAFile) {
  for (const size_t size : {0, 1, 4095, 4096, 4097, 8192, 10'000}) {
    EXPECT_EQ(ReadBack(Text(size)), Text(size)) << size;
  }
}

TEST(FileTest, ReadsOneByteMoreThanATextMayHave) {
  EXPECT_EQ(ReadBack(Text(kMaxTextBytes)).size(), kMaxTextBytes);
  EXPECT_EQ(ReadBack(Text(kMaxTextBytes + 5000)), Text(kMaxTextBytes + 1));
}

TEST(FileTest, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(MessageOf(ReadFile("/no/such/file").status()),
            "cannot be read: No such file or directory");
  EXPECT_EQ(MessageOf(ReadFile("/").status()), "cannot be read: Is a directory");
}

}  // namespace
}  // namespace spanhold::config
