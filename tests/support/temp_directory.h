#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "src/core/check.h"

namespace spanhold {

// A directory of its own for a test, removed with all that is in it.
class TempDirectory {
 public:
  TempDirectory() : path_(std::filesystem::temp_directory_path() / "spanhold-XXXXXX") {
    SPANHOLD_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~TempDirectory() { std::filesystem::remove_all(path_); }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::string ReadFile(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

}  // namespace spanhold
