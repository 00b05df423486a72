#include "src/config/file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "src/config/node.h"

namespace spanhold::config {
namespace {

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Status Unreadable() {
  return absl::NotFoundError("cannot be read: " + std::generic_category().message(errno));
}

}  // namespace

StatusOr<std::string> ReadFile(const std::string& path) {
  const std::unique_ptr<std::FILE, Closer> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) {
    return Unreadable();
  }
  std::string text;
  // Not all at once: a buffer for the longest is 1 MiB of zeroed pages, and the usual file is short.
  std::array<char, 4096> part{};
  size_t read = 0;
  do {
    read = std::fread(part.data(), 1, std::min(part.size(), kMaxTextBytes + 1 - text.size()),
                      file.get());
    text.append(part.data(), read);
  } while (read == part.size());
  return std::ferror(file.get()) != 0 ? Unreadable() : StatusOr<std::string>(std::move(text));
}

}  // namespace spanhold::config
